import type { Shape } from './shape.ts';
import type { CompositeIndex, Direction } from './types.ts';

const ARROWS: Record<Direction, string> = { ASCENDING: '↑', DESCENDING: '↓' };

/** A shape for people: `conversations where status == …, order lastMessageAt ↓`. */
export function describeShape({
  collection,
  scope,
  equal,
  contains,
  sort,
  keyDirection,
}: Shape): string {
  const conditions = [
    ...equal.map((field) => `${field} ==`),
    ...contains.map((field) => `${field} contains`),
  ];
  const order = sort.map(({ fieldPath, direction }) => `${fieldPath} ${ARROWS[direction]}`);
  if ((sort.at(-1)?.direction ?? 'ASCENDING') !== keyDirection) {
    order.push(`id ${ARROWS[keyDirection]}`);
  }
  return [
    scope === 'COLLECTION' ? collection : `all ${collection}`,
    ...(conditions.length > 0 ? [`where ${conditions.join(', ')}`] : []),
    ...(order.length > 0 ? [`by ${order.join(', ')}`] : []),
  ].join(' ');
}

/** An index for people: `conversations (status ↑, lastMessageAt ↓)`. */
export function describeIndex({ collectionGroup, queryScope, fields }: CompositeIndex): string {
  const parts = fields.map(
    ({ fieldPath, order }) => `${fieldPath} ${order ? ARROWS[order] : 'contains'}`,
  );
  const group = queryScope === 'COLLECTION' ? '' : 'all ';
  return `${group}${collectionGroup} (${parts.join(', ')})`;
}
