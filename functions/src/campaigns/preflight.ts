import { auditWrite } from '../audit/record';
import { channel } from '../channels/read';
import { now } from '../platform/clock';
import { commit } from '../platform/commit';
import { messagingLimit } from '../platform/whatsapp/limit';
import type { Member } from '../team/schema';
import { audiencePage, recipientsOf, sizeOfAudience } from './audience';
import { countryOf, estimateCost, type CostEstimate } from './cost';
import { known } from './known';
import { planCandidate, planOf } from './plan';
import { variantProblems, type VariantProblem } from './render';
import { sharesOf } from './shares';
import type { Campaign, ExclusionReason, RateTable } from './schema';
import { storedTemplates } from './templates';

/** What a launch would come to. */
export interface Preflight {
  campaignId: string;
  /** How many would get it; an estimate where `isComplete` is false. */
  recipients: number;
  excluded: Partial<Record<ExclusionReason, number>>;
  /** Rows of the list that cannot be sent to; duplicates within it. */
  list: { invalid: number; duplicates: number; examples: unknown[] } | null;
  /** Contacts without a value for a placeholder. */
  missing: { slot: string; count: number; examples: string[] }[];
  problems: (VariantProblem & { variant: number })[];
  /** When the last message would go out at the number's pace, epoch ms; null without a channel. */
  finishedAt: number | null;
  /** People outside open windows whom WhatsApp allows in 24 h; null where it does not say. */
  messagingLimit: { tier: string; people: number | null; isEnough: boolean } | null;
  cost: CostEstimate | null;
  /** Whether the whole audience was looked at. */
  isComplete: boolean;
}

/** A look costs a read a contact; beyond so many, and so long, it is stopped and extrapolated. */
const MAX_SEEN = 20_000;
const MAX_MS = 40_000;
const PAGE = 1_000;
const MAX_EXAMPLES = 5;
/** Of what is sent, this part is delivered as a rule; what is not costs nothing. */
const DELIVERY = { low: 0.85, high: 1 };

interface PreflightQuery {
  campaignId: string;
  rates?: RateTable | undefined;
}

/** A preflight for a member; that they asked for it is recorded. */
export async function preflightFor(member: Member, query: PreflightQuery): Promise<Preflight> {
  const result = await preflight(query);
  await commit([
    auditWrite(member.uid, 'campaigns.preflight', `campaigns/${query.campaignId}`, {
      recipients: result.recipients,
    }),
  ]);
  return result;
}

/** Tells, without changing or sending anything, what a launch would come to. */
export async function preflight({ campaignId, rates }: PreflightQuery): Promise<Preflight> {
  const { data } = await known(campaignId);
  const [sender, stored, excludedIds, limit] = await Promise.all([
    channel(data.channelId, true),
    storedTemplates(data, true),
    recipientsOf(data.exclude.campaignIds),
    messagingLimit(data.channelId),
  ]);
  const columns = data.audience.kind === 'list' ? data.audience.columns : [];
  const problems = data.variants.flatMap((variant, index) =>
    variantProblems(variant, stored[index], columns).map((problem) => ({
      variant: index,
      ...problem,
    })),
  );
  const templates = stored.filter((template) => template !== undefined);
  const plan = planOf(campaignId, data, templates, excludedIds, now());
  const look = await lookAt(plan, data);
  const recipients = Math.round(look.recipients * look.scale);
  const rate = sender ? sharesOf(sender.throughput).reduce((sum, share) => sum + share, 0) : null;
  return {
    campaignId,
    recipients,
    excluded: scaled(look.excluded, look.scale),
    list:
      data.audience.kind === 'list'
        ? {
            invalid: data.audience.invalid,
            duplicates: data.audience.duplicates,
            examples: data.audience.examples,
          }
        : null,
    missing: [...look.missing].map(([slot, { count, examples }]) => ({ slot, count, examples })),
    problems,
    finishedAt:
      rate === null
        ? null
        : Math.max(look.lastSendAt, now() + Math.ceil((recipients / rate) * 1_000)),
    messagingLimit: limit && {
      ...limit,
      isEnough: limit.people === null || limit.people >= recipients,
    },
    cost: rates
      ? estimateCost(
          rates,
          templates.map(({ category }) => category),
          scaled(look.countries, look.scale),
          DELIVERY,
        )
      : null,
    isComplete: look.scale === 1,
  };
}

interface Look {
  recipients: number;
  excluded: Partial<Record<ExclusionReason, number>>;
  missing: Map<string, { count: number; examples: string[] }>;
  countries: Record<string, number>;
  lastSendAt: number;
  scale: number;
}

async function lookAt(plan: ReturnType<typeof planOf>, campaign: Campaign): Promise<Look> {
  const look: Look = {
    recipients: 0,
    excluded: {},
    missing: new Map(),
    countries: {},
    lastSendAt: 0,
    scale: 1,
  };
  if (plan.templates.length < campaign.variants.length) return look;
  const seenIds = new Set<string>();
  const end = now() + MAX_MS;
  let seen = 0;
  let cursor: string | null = null;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other, until it is enough
  do {
    const page: Awaited<ReturnType<typeof audiencePage>> = await audiencePage(
      plan.campaignId,
      campaign,
      cursor,
      PAGE,
    );
    seen += page.seen;
    for (const candidate of page.candidates) {
      const decided = seenIds.has(candidate.id)
        ? ({ id: candidate.id, reason: 'duplicate' } as const)
        : planCandidate(plan, candidate);
      if ('reason' in decided) {
        look.excluded[decided.reason] = (look.excluded[decided.reason] ?? 0) + 1;
        for (const slot of 'missing' in decided ? (decided.missing ?? []) : []) {
          const known = look.missing.get(slot) ?? { count: 0, examples: [] };
          known.count++;
          if (known.examples.length < MAX_EXAMPLES) known.examples.push(candidate.id);
          look.missing.set(slot, known);
        }
        continue;
      }
      seenIds.add(candidate.id);
      look.recipients++;
      look.lastSendAt = Math.max(look.lastSendAt, decided.sendAt);
      const country = decided.recipient.phone ? countryOf(decided.recipient.phone) : null;
      look.countries[country ?? '??'] = (look.countries[country ?? '??'] ?? 0) + 1;
    }
    ({ cursor } = page);
  } while (cursor !== null && seen < MAX_SEEN && now() < end);
  if (cursor !== null)
    look.scale = Math.max(1, (await sizeOfAudience(campaign)) / Math.max(1, seen));
  return look;
}

const scaled = <K extends string>(counts: Partial<Record<K, number>>, scale: number) =>
  Object.fromEntries(
    Object.entries(counts).map(([key, count]) => [key, Math.round((count as number) * scale)]),
  ) as Record<K, number>;
