import type { Contact } from '../contacts/schema';
import type { ContactFilter, ExclusionReason } from './schema';

/** A condition as Firestore takes it. */
export interface Criterion {
  field: string;
  op: '==' | 'array-contains' | 'array-contains-any' | 'in';
  value: unknown;
}

/** Who is left out of a campaign. */
export interface ExclusionRules {
  /** Whether the template is an offer, which people can refuse. */
  isMarketing: boolean;
  exclude: { tags: Set<string>; phones: Set<string>; contactIds: Set<string> };
}

/**
 * Whether a contact meets all of a filter's criteria.
 *
 * @param lastInboundAt when they last wrote to the campaign's channel; null or undefined: never
 */
export function matches(
  { anyTag, allTags, attributes = {}, language, userId, seenSince, notSeenSince }: ContactFilter,
  contact: Contact,
  lastInboundAt: number | null | undefined,
): boolean {
  const seenAt = lastInboundAt ?? Number.NEGATIVE_INFINITY;
  return (
    (userId === undefined || contact.userId === userId) &&
    (anyTag === undefined || anyTag.some((tag) => contact.tags.includes(tag))) &&
    (allTags === undefined || allTags.every((tag) => contact.tags.includes(tag))) &&
    (language === undefined || hasAttribute(contact, 'language', language)) &&
    Object.entries(attributes).every(([name, values]) => hasAttribute(contact, name, values)) &&
    (seenSince === undefined || seenAt >= seenSince) &&
    (notSeenSince === undefined || seenAt < notSeenSince)
  );
}

type AttributeValue = Contact['attributes'][string];

/** As queries compare: by value and type. */
const hasAttribute = (
  { attributes }: Contact,
  name: string,
  values: readonly AttributeValue[],
): boolean =>
  Object.hasOwn(attributes, name) && values.includes(attributes[name] as AttributeValue);

/**
 * The one criterion that the query itself is given, as narrow as can be guessed; the others are
 * looked at contact by contact. One, because each combination would take an index of its own.
 */
export function queryCriterion(filter: ContactFilter): Criterion | null {
  const { userId, allTags, anyTag, attributes = {}, language } = filter;
  if (userId !== undefined) return { field: 'userId', op: '==', value: userId };
  if (allTags) return { field: 'tags', op: 'array-contains', value: allTags[0] };
  if (anyTag) return { field: 'tags', op: 'array-contains-any', value: anyTag };
  const [attribute] = Object.entries({ ...attributes, ...(language ? { language } : {}) })
    .filter(([name]) => isPathSegment(name))
    .sort(([, a], [, b]) => a.length - b.length);
  return attribute ? { field: `attributes.${attribute[0]}`, op: 'in', value: attribute[1] } : null;
}

/** A path given as text is divided at dots and may not have some characters. */
const isPathSegment = (name: string): boolean => !/[.*~/[\]]|^__.*__$/.test(name);

/** Whether the filter asks when contacts last wrote, which is not kept with them. */
export const needsLastSeen = ({ seenSince, notSeenSince }: ContactFilter): boolean =>
  seenSince !== undefined || notSeenSince !== undefined;

/** Why a contact gets nothing, whatever the filter says; null: nothing speaks against it. */
export function exclusionReason(
  { isActive, optOut, phone, bsuid, tags }: Contact,
  { isMarketing, exclude }: ExclusionRules,
  id: string,
): ExclusionReason | null {
  if (!isActive) return 'inactive';
  if (isMarketing && optOut) return 'opted-out';
  if (phone === null && bsuid === null) return 'no-address';
  const isExcluded =
    exclude.contactIds.has(id) ||
    (phone !== null && exclude.phones.has(phone)) ||
    tags.some((tag) => exclude.tags.has(tag));
  return isExcluded ? 'excluded' : null;
}
