import type { Filter } from '../batch/querySpec';
import type { AttributeValue, Contact, ContactFilter } from './schema';
import { tagField } from './search';

/** What of a filter a query decides. */
export interface Conditions {
  where: Filter[];
  /** Whether that is all of it; else what is found has to be looked at with `matches`. */
  isExact: boolean;
}

/** Firestore's bound on what the lists of a query multiply to. */
const MAX_ALTERNATIVES = 30;
/** It takes 100 conditions and orders together. */
const MAX_CONDITIONS = 60;

/**
 * A filter as conditions of a query: equalities, and one list of tags. Firestore merges them from
 * the indexes that it keeps of each field, so none of the combinations needs an index of its own.
 * Left out are: when contacts last wrote, which is not kept with them; lists beyond Firestore's
 * bound; and attributes that a path cannot name.
 */
export function conditionsOf(filter: ContactFilter): Conditions {
  const { userId, isActive, isBlocked, allTags = [], anyTag, attributes = {}, language } = filter;
  const lists = [
    ...Object.entries({ ...attributes, ...(language ? { language } : {}) }).map(
      ([name, values]) => ({ name, field: `attributes.${name}`, op: 'in', values }) as const,
    ),
    ...(anyTag
      ? [{ name: 'tags', field: 'tags', op: 'array-contains-any', values: anyTag } as const]
      : []),
  ].map((list) => ({ ...list, values: [...new Set<AttributeValue>(list.values)] }));
  const where: Filter[] = [
    ...(userId === undefined ? [] : [['userId', '==', userId] as const]),
    ...(isActive === undefined ? [] : [['isActive', '==', isActive] as const]),
    ...(isBlocked === undefined ? [] : [['isBlocked', '==', isBlocked] as const]),
    ...[...new Set(allTags)].map((tag) => [tagField(tag), '==', true] as const),
  ];
  let isExact = !needsLastSeen(filter);
  let alternatives = 1;
  for (const { name, field, op, values } of lists.toSorted(
    (a, b) => a.values.length - b.values.length,
  )) {
    const product = alternatives * values.length;
    if (!isPathSegment(name) || product > MAX_ALTERNATIVES || where.length >= MAX_CONDITIONS) {
      isExact = false;
      continue;
    }
    alternatives = product;
    where.push(values.length === 1 && op === 'in' ? [field, '==', values[0]] : [field, op, values]);
  }
  return { where, isExact };
}

/**
 * Whether a contact meets all of a filter's criteria.
 *
 * @param lastInboundAt when they last wrote to the campaign's channel; null or undefined: never
 */
export function matches(
  filter: ContactFilter,
  contact: Contact,
  lastInboundAt?: number | null,
): boolean {
  const { anyTag, allTags, attributes = {}, language, userId, isActive, isBlocked } = filter;
  const { seenSince, notSeenSince } = filter;
  const seenAt = lastInboundAt ?? Number.NEGATIVE_INFINITY;
  return (
    // Who was merged is found as who they are now.
    contact.mergedInto === undefined &&
    (userId === undefined || contact.userId === userId) &&
    (isActive === undefined || contact.isActive === isActive) &&
    (isBlocked === undefined || contact.isBlocked === isBlocked) &&
    (anyTag === undefined || anyTag.some((tag) => contact.tags.includes(tag))) &&
    (allTags === undefined || allTags.every((tag) => contact.tags.includes(tag))) &&
    (language === undefined || hasAttribute(contact, 'language', language)) &&
    Object.entries(attributes).every(([name, values]) => hasAttribute(contact, name, values)) &&
    (seenSince === undefined || seenAt >= seenSince) &&
    (notSeenSince === undefined || seenAt < notSeenSince)
  );
}

/** As queries compare: by value and type. */
const hasAttribute = (
  { attributes }: Contact,
  name: string,
  values: readonly AttributeValue[],
): boolean =>
  Object.hasOwn(attributes, name) && values.includes(attributes[name] as AttributeValue);

/** A path given as text is divided at dots and may not have some characters. */
const isPathSegment = (name: string): boolean => !/[.*~/[\]]|^__.*__$/.test(name);

/** Whether the filter asks when contacts last wrote, which is not kept with them. */
export const needsLastSeen = ({ seenSince, notSeenSince }: ContactFilter): boolean =>
  seenSince !== undefined || notSeenSince !== undefined;
