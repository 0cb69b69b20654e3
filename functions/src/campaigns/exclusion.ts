import type { Contact } from '../contacts/schema';
import type { ExclusionReason } from './schema';

/** Who is left out of a campaign. */
export interface ExclusionRules {
  /** Whether the template is an offer, which people can refuse. */
  isMarketing: boolean;
  exclude: { tags: Set<string>; phones: Set<string>; contactIds: Set<string> };
}

/** Why a contact gets nothing, whatever the filter says; null: nothing speaks against it. */
export function exclusionReason(
  { isActive, isBlocked, optOut, phone, bsuid, tags }: Contact,
  { isMarketing, exclude }: ExclusionRules,
  id: string,
): ExclusionReason | null {
  if (isBlocked) return 'blocked';
  if (!isActive) return 'inactive';
  if (isMarketing && optOut) return 'opted-out';
  if (phone === null && bsuid === null) return 'no-address';
  const isExcluded =
    exclude.contactIds.has(id) ||
    (phone !== null && exclude.phones.has(phone)) ||
    tags.some((tag) => exclude.tags.has(tag));
  return isExcluded ? 'excluded' : null;
}
