import { maySend } from '../contacts/consent';
import type { ConsentCategory, Contact } from '../contacts/schema';
import type { ExclusionReason } from './schema';

/** Who is left out of a campaign. */
export interface ExclusionRules {
  /** What the templates are for: people can refuse that, or may have to ask for it. */
  categories: readonly ConsentCategory[];
  marketingNeedsOptIn: boolean;
  exclude: { tags: Set<string>; phones: Set<string>; contactIds: Set<string> };
}

/** Why somebody's wishes keep them from a campaign; of nobody's contact nothing is known. */
export function consentExclusion(
  contact: Contact | undefined,
  { categories, marketingNeedsOptIn }: ExclusionRules,
): ExclusionReason | null {
  const refusals = categories.map((category) => maySend(contact, category, marketingNeedsOptIn));
  return refusals.find((refusal) => refusal !== null) ?? null;
}

/** Why a contact gets nothing, whatever the filter says; null: nothing speaks against it. */
export function exclusionReason(
  contact: Contact,
  rules: ExclusionRules,
  id: string,
): ExclusionReason | null {
  const { isActive, isBlocked, phone, bsuid, tags } = contact;
  const { exclude } = rules;
  if (isBlocked) return 'blocked';
  if (!isActive) return 'inactive';
  const refusal = consentExclusion(contact, rules);
  if (refusal) return refusal;
  if (phone === null && bsuid === null) return 'no-address';
  const isExcluded =
    exclude.contactIds.has(id) ||
    (phone !== null && exclude.phones.has(phone)) ||
    tags.some((tag) => exclude.tags.has(tag));
  return isExcluded ? 'excluded' : null;
}
