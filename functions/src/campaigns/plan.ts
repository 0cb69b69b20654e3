import { toE164 } from '../shared/phone';
import { hashId } from '../shared/ids';
import type { Template } from '../templates/schema';
import type { Candidate } from './audience';
import { categoryOf } from '../contacts/consent';
import { marketingNeedsOptIn } from '../params';
import { consentExclusion, exclusionReason, type ExclusionRules } from './exclusion';
import { slotsOf, valuesOf } from './render';
import type { Campaign, ExclusionReason, Recipient } from './schema';
import { sendTimeOf, zoneOf } from './when';

/** A campaign with all that deciding about a recipient takes. */
export interface Plan {
  campaignId: string;
  campaign: Campaign;
  /** The template and slots of each variant. */
  templates: { template: Template; slots: string[] }[];
  rules: ExclusionRules;
  /** From when it may go out. */
  launchAt: number;
}

export const planOf = (
  campaignId: string,
  campaign: Campaign,
  templates: Template[],
  excludedIds: Set<string>,
  launchAt: number,
): Plan => ({
  campaignId,
  campaign,
  templates: templates.map((template) => ({ template, slots: slotsOf(template) })),
  rules: {
    categories: [...new Set(templates.map(categoryOf))],
    marketingNeedsOptIn: marketingNeedsOptIn(),
    exclude: {
      tags: new Set(campaign.exclude.tags),
      phones: new Set(campaign.exclude.numbers.map((number) => toE164(number) ?? number)),
      contactIds: excludedIds,
    },
  },
  launchAt,
});

/** A recipient with when and with which variant they are sent to. */
export interface Planned {
  id: string;
  recipient: Recipient;
  sendAt: number;
  /** Their time zone, where quiet hours have to be kept. */
  zone: string | null;
  /** null: whichever wins the test. */
  variant: number | null;
}

/** Somebody who is no recipient, and why. */
export interface Excluded {
  id: string;
  reason: ExclusionReason;
  /** The slots without a value, for `missing-variable`. */
  missing?: string[];
}

/** A minute's difference is not worth a chunk of its own. */
const SEND_STEP_MS = 60_000;

/** Decides about a candidate: recipient, with what and when; or excluded, and why. */
export function planCandidate(plan: Plan, candidate: Candidate): Planned | Excluded {
  const { campaign, templates, rules } = plan;
  const { id, contact, row } = candidate;
  const phone = candidate.phone ?? contact?.phone ?? undefined;
  const isExcluded =
    rules.exclude.contactIds.has(id) || (phone !== undefined && rules.exclude.phones.has(phone));
  const reason =
    (contact ? exclusionReason(contact, rules, id) : consentExclusion(undefined, rules)) ??
    (isExcluded ? 'excluded' : null);
  if (reason) return { id, reason };
  // The number that the list names was given for this; it may be newer than the contact's.
  const bsuid = phone ? undefined : (contact?.bsuid ?? undefined);
  if (!phone && !bsuid) return { id, reason: 'no-address' };

  const addressee = { contact, phone, ...(row ? { row } : {}) };
  const values: Record<string, string[]> = {};
  const variant = variantOf(plan, id);
  for (const [index, { slots }] of templates.entries()) {
    if (variant !== null && variant !== index) continue;
    const filled = valuesOf(
      campaign.variants[index] as Campaign['variants'][number],
      slots,
      addressee,
    );
    if (filled.missing.length > 0)
      return { id, reason: 'missing-variable', missing: filled.missing };
    if (slots.length > 0) values[String(index)] = filled.values;
  }

  const zone = zoneOf({ attributes: contact?.attributes, phone }, campaign.schedule.timeZone);
  const sendAt = sendTimeOf(campaign.schedule, zone, plan.launchAt);
  return {
    id,
    recipient: {
      ...(phone ? { phone } : {}),
      ...(bsuid ? { bsuid } : {}),
      ...(contact?.name ? { name: contact.name } : {}),
      ...(Object.keys(values).length > 0 ? { values } : {}),
    },
    sendAt:
      sendAt <= plan.launchAt ? plan.launchAt : Math.ceil(sendAt / SEND_STEP_MS) * SEND_STEP_MS,
    zone: campaign.schedule.quietHours ? zone : null,
    variant,
  };
}

/** Steady for a contact: a second expansion puts them into the same part of the test. */
function variantOf({ campaignId, campaign }: Plan, id: string): number | null {
  if (!campaign.abTest) return 0;
  const draw = Number.parseInt(hashId('test', campaignId, id).slice(0, 8), 16) / 2 ** 32;
  if (draw >= campaign.abTest.share) return null;
  return draw < campaign.abTest.share / 2 ? 0 : 1;
}
