import { withoutKey } from '../indexes/composite.ts';
import type { CompositeIndex } from '../indexes/types.ts';

/** READY serves, CREATING is being built, NEEDS_REPAIR failed. */
export type IndexState = 'READY' | 'CREATING' | 'NEEDS_REPAIR';

/**
 * The states of a project's indexes, by what they index. They are read from what
 * `firebase firestore:indexes --pretty` prints, a line each:
 * `[READY] (users) -- (phone,ASCENDING) (role,ASCENDING)  -- Density:SPARSE_ALL`
 * because its JSON leaves the state out.
 */
export function parseStates(pretty: string): Map<string, IndexState> {
  const states = new Map<string, IndexState>();
  for (const line of pretty.split('\n')) {
    const [, state, collection, fields] =
      /^\[([A-Z_]+)\] \((.+?)\) -- (.*?) {2}--/.exec(line.trim()) ?? [];
    if (state === undefined) continue;
    states.set(`${collection ?? ''} ${fields ?? ''}`, state as IndexState);
  }
  return states;
}

/** A declared index as it is named there. */
const nameOf = ({ collectionGroup, fields }: CompositeIndex): string =>
  [
    collectionGroup,
    ...withoutKey(fields).fields.map(
      ({ fieldPath, order, arrayConfig }) => `(${fieldPath},${order ?? arrayConfig ?? ''})`,
    ),
  ].join(' ');

/** Which of the declared indexes do not serve queries yet, and why. */
export function notServing(
  declared: CompositeIndex[],
  states: Map<string, IndexState>,
): { index: CompositeIndex; state: IndexState | 'missing' }[] {
  return declared.flatMap((index) => {
    const state = states.get(nameOf(index)) ?? 'missing';
    return state === 'READY' ? [] : [{ index, state }];
  });
}
