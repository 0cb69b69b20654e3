import { z } from 'zod';
import { channelId } from '../channels/schema';
import { contactFilter, segmentId, tag, type ContactFilter } from '../contacts/schema';
import { conversationId } from '../conversations/schema';

/** `draft` can be changed; `paused` goes on when resumed; the last two are final. */
export type CampaignStatus =
  'draft' | 'scheduled' | 'running' | 'paused' | 'completed' | 'cancelled';

/** Chosen by the client: creating twice with one id creates once. */
export const campaignId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/, 'takes 8–64 letters, digits, "-" or "_"; a UUID is good');

const text = (max: number) => z.string().trim().min(1).max(max);

/** Where a placeholder's value comes from; `fallback` is for recipients who have none. */
const variable = z.union([
  z.strictObject({ fixed: text(1_024) }),
  z.strictObject({
    field: z.enum(['name', 'firstName', 'phone', 'username']),
    fallback: text(1_024).optional(),
  }),
  z.strictObject({ attribute: text(60), fallback: text(1_024).optional() }),
  z.strictObject({ column: text(60), fallback: text(1_024).optional() }),
]);
export type Variable = z.infer<typeof variable>;

/**
 * A template with where each of its placeholders' values comes from, by slot: `body.1` or
 * `body.name`, `header.1`, `header.media` (a link or an uploaded id, `fixed` only), `button.0.1`.
 */
const variant = z.strictObject({
  template: z.strictObject({
    name: z.string().regex(/^[a-z0-9_]{1,512}$/),
    language: z.string().regex(/^[A-Za-z_]{2,10}$/),
  }),
  variables: z
    .record(z.string().regex(/^(?:header|body|button)\.[\w.]{1,80}$/), variable)
    .default({}),
});
export type Variant = z.output<typeof variant>;

const MAX_NUMBERS = 50_000;
const MAX_CSV_LENGTH = 8_000_000;

/** What became of a message, as far as an audience is chosen by it. */
const outcome = z.enum(['delivered', 'notDelivered', 'read', 'notRead', 'replied', 'notReplied']);
export type Outcome = z.infer<typeof outcome>;

/** Whom a campaign is for. */
const audienceInput = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('contacts'),
      /** Everybody, if neither is given. */
      filter: contactFilter.optional(),
      segmentId: segmentId.optional(),
    })
    .refine((input) => input.filter === undefined || input.segmentId === undefined, {
      message: 'give either "filter" or "segmentId"',
      path: ['filter'],
    }),
  z.strictObject({
    kind: z.literal('numbers'),
    numbers: z.array(z.string().min(1).max(40)).min(1).max(MAX_NUMBERS),
  }),
  z.strictObject({
    kind: z.literal('csv'),
    csv: z.string().min(1).max(MAX_CSV_LENGTH),
    /** The column with the number; the first one whose name says so if left out. */
    phoneColumn: text(60).optional(),
  }),
  z.strictObject({ kind: z.literal('campaign'), campaignId, outcome }),
]);
export type AudienceInput = z.output<typeof audienceInput>;

/** An audience as it is stored. */
export type Audience =
  /** `segmentId`: the segment whose filter it was at launch. */
  | { kind: 'contacts'; filter: ContactFilter; segmentId?: string }
  /** Until it is launched: the segment as it is then. */
  | { kind: 'segment'; segmentId: string }
  | {
      kind: 'list';
      /** The rows are in `campaigns/{id}/rows/{listId}_{n}`, and never change. */
      listId: string;
      rows: number;
      columns: string[];
      invalid: number;
      duplicates: number;
      examples: InvalidRow[];
    }
  | { kind: 'campaign'; campaignId: string; outcome: Outcome };

/** A row of a list that cannot be sent to. `line` counts from 1, as editors do. */
export interface InvalidRow {
  line: number;
  value: string;
  reason: 'no-number' | 'invalid-number';
}

/** A row of a list: the number and the values of the other columns. */
export interface ListRow {
  phone: string;
  values: string[];
}

const exclusions = z
  .strictObject({
    tags: z.array(tag).max(30).default([]),
    numbers: z.array(z.string().min(5).max(40)).max(10_000).default([]),
    /** Everyone whom these campaigns were for. */
    campaignIds: z.array(campaignId).max(5).default([]),
  })
  .prefault({});
export type Exclusions = z.output<typeof exclusions>;

const timeZone = z.string().refine(
  (zone) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
    } catch {
      return false;
    }
  },
  { message: 'is not an IANA time zone, like "Europe/Madrid"' },
);
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'takes a time like "09:30"');

/** When to send. `at`: for all at once. `local`: when it is that time where the recipient is. */
const schedule = z
  .strictObject({
    /** Epoch ms, up to a year ahead; neither `at` nor `local`: at launch. */
    at: z.int().positive().optional(),
    local: z.strictObject({ date: z.iso.date(), time: timeOfDay }).optional(),
    /** Nobody is sent anything between these local times; it waits for the end of them. */
    quietHours: z.strictObject({ from: timeOfDay, to: timeOfDay }).optional(),
    /** For recipients whose own zone is not known. */
    timeZone: timeZone.default('UTC'),
  })
  .refine((value) => value.at === undefined || value.local === undefined, {
    message: 'give either "at" or "local"',
    path: ['at'],
  })
  .prefault({});
export type Schedule = z.output<typeof schedule>;

/** Two templates, a sample of the audience for each half, then the better one for the rest. */
const abTest = z.strictObject({
  /** The sample's share of the audience. */
  share: z.number().min(0.01).max(0.5),
  metric: z.enum(['read', 'replied']),
  /** How long after the sample's last send it is decided. */
  waitMinutes: z
    .int()
    .min(1)
    .max(7 * 24 * 60),
});
export type AbTest = z.output<typeof abTest>;

const definition = {
  name: text(120),
  channelId,
  variants: z.union([z.tuple([variant]), z.tuple([variant, variant])]),
  abTest: abTest.nullable().default(null),
  audience: audienceInput,
  exclude: exclusions,
  schedule,
};

const hasTestForTwo = (value: { variants: unknown[]; abTest: unknown }): boolean =>
  (value.variants.length === 2) === (value.abTest !== null);
const TEST_FOR_TWO = { message: '"abTest" goes with two variants', path: ['abTest'] };

export const createInput = z
  .strictObject({ campaignId, ...definition })
  .refine(hasTestForTwo, TEST_FOR_TWO);
export type CreateInput = z.output<typeof createInput>;

/** Changes what is given of a draft; a clone's source is named at creation. */
export const updateInput = z.strictObject({
  campaignId,
  name: definition.name.optional(),
  channelId: channelId.optional(),
  variants: definition.variants.optional(),
  abTest: abTest.nullable().optional(),
  audience: audienceInput.optional(),
  exclude: definition.exclude.unwrap().optional(),
  schedule: definition.schedule.unwrap().optional(),
});
export type UpdateInput = z.output<typeof updateInput>;

export const cloneInput = z.strictObject({
  campaignId,
  /** The campaign whose definition is copied; lists are copied with it. */
  from: campaignId,
  name: text(120).optional(),
});

export const campaignInput = z.strictObject({ campaignId });

export const pauseInput = z.strictObject({
  campaignId,
  reason: text(200).default('paused by a member'),
});

/** Price of a delivered message by market and category, from the user's own price list. */
const rateTable = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/),
  /** When the prices hold from, as on the price list. */
  validFrom: z.iso.date(),
  /** By country (`ES`) or `*` for all others: the price by category (`MARKETING`, …). */
  rates: z.record(
    z.string().regex(/^(?:[A-Z]{2}|\*)$/),
    z.record(z.string().regex(/^[A-Z]+$/), z.number().nonnegative()),
  ),
});
export type RateTable = z.output<typeof rateTable>;

export const preflightInput = z.strictObject({ campaignId, rates: rateTable.optional() });

export const reportInput = z.strictObject({
  campaignId,
  format: z.enum(['json', 'csv']).default('json'),
  cursor: z.string().max(60).optional(),
});

/** What happened to a campaign's messages; a read one counts as delivered and sent too. */
export interface Totals {
  /** Whom it is for, exclusions taken off. */
  recipients: number;
  /** Taken by WhatsApp. */
  accepted: number;
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  /** Not sent because the recipient asked for no more offers since. */
  skipped: number;
  /** Whether it was sent, nobody knows. */
  unknown: number;
  replied: number;
  optedOut: number;
}

/** Why somebody of the audience is no recipient. */
export type ExclusionReason =
  | 'opted-out'
  | 'no-opt-in'
  | 'inactive'
  | 'blocked'
  | 'no-address'
  | 'duplicate'
  | 'excluded'
  | 'missing-variable';

/** `campaigns/{id}`. All times are epoch milliseconds. */
export interface Campaign {
  name: string;
  channelId: string;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
  status: CampaignStatus;
  /** Scheduled, running or paused. */
  isActive: boolean;
  /** The minute's schedule looks after it: it is active, or its results still come in. */
  isOpen: boolean;
  variants: Variant[];
  abTest: AbTest | null;
  /** The variant that the rest of the audience gets; null until it is decided. */
  winner: number | null;
  audience: Audience;
  exclude: Exclusions;
  schedule: Schedule;
  /** Tells a repeated call from an id used twice. */
  fingerprint: string;
  /** Whether the template is an offer, which people can refuse. */
  isMarketing: boolean;
  launchedAt: number | null;
  completedAt: number | null;
  /** When its list was deleted, long after its end; of campaigns without one too. */
  listRemovedAt?: number;
  /** Why it is paused; `code` is WhatsApp's, if it was an error. */
  paused: { reason: string; code: number | null; at: number } | null;
  /** Whether every recipient is in a chunk. */
  isExpanded: boolean;
  /** How many groups of chunks there are (so far). */
  groups: number;
  excluded: Partial<Record<ExclusionReason, number>>;
  totals: Totals;
  totalsAt: number;
  /** Until when replies and wishes to stop were attributed to it. */
  attributedUntil: number | null;
}

/** What is known of a recipient from sending; absent state: not sent yet. */
export interface Recipient {
  phone?: string;
  bsuid?: string;
  name?: string;
  /** The placeholders' values, in the order of the template's slots; by variant. */
  values?: Record<string, string[]>;
  /** `claimed`: handed to WhatsApp, or about to be; a crash leaves it in doubt. */
  state?: 'claimed' | 'accepted' | 'failed' | 'skipped' | 'unknown';
  /** When the state came about. */
  at?: number;
  wamid?: string;
  /** WhatsApp's error code and our word for it. */
  code?: number;
  reason?: string;
  /** Sends that WhatsApp turned down. */
  attempts?: number;
  /** Not before this time; for those that are tried again. */
  notBefore?: number;
  /** How often it was set back by a member; statuses of earlier rounds do not count. */
  round?: number;
  /** Whose it was is not known any more; it is only counted. */
  isErased?: boolean;
}

/** What a chunk's recipients have come to, as far as sending goes. */
export interface ChunkCounts {
  recipients: number;
  accepted: number;
  failed: number;
  skipped: number;
  unknown: number;
}

/** What changed of the figures and was not told yet; see campaigns/outbox.ts. */
export interface WithOutbox {
  outbox?: string[];
  outboxSince?: number;
}

/** `campaigns/{id}/chunks/{group}-{n}`: up to 500 recipients with their state. */
export interface Chunk extends WithOutbox {
  campaignId: string;
  channelId: string;
  /** Its outcomes are in `campaigns/{id}/outcomes/{group}`. */
  group: string;
  /** Which template; null: the winner of the test. */
  variant: number | null;
  /** Its recipients' time zone, where quiet hours have to be kept. */
  zone?: string;
  /** From when on wishes of its recipients may not be known here. */
  createdAt: number;
  /** When it has to be looked at next: to send, to try again, after a crash, to settle doubts. */
  dueAt?: number;
  /** When its doubts have to be settled, also while nothing is sent. */
  doubtsDueAt?: number;
  /** When its last message was handed to WhatsApp. */
  sentAt?: number;
  /** The write that it is from, to know one's own again after a lost answer. */
  batchId?: string;
  /** When it is to go out; those of a test's rest have no `dueAt` until the test is decided. */
  sendAt: number;
  counts: ChunkCounts;
  /** The keys of `recipients`, for the query of one person's messages. */
  contactIds: string[];
  /** By contact id. */
  recipients: Record<string, Recipient>;
}

/** What WhatsApp and the recipient said of a message; each has a time of its own. */
export interface RecipientOutcome {
  wamid?: string;
  sentAt?: number;
  deliveredAt?: number;
  readAt?: number;
  failedAt?: number;
  code?: number;
  repliedAt?: number;
  optedOutAt?: number;
  /** It was given up as unknown before anything was heard of it. */
  isUnknown?: boolean;
  round?: number;
}

export interface OutcomeCounts {
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  replied: number;
  optedOut: number;
}

/** `campaigns/{id}/outcomes/{group}`: the statuses of up to 3,000 recipients. */
export interface GroupOutcomes extends WithOutbox {
  campaignId: string;
  variant: number | null;
  counts: OutcomeCounts;
  /** By contact id. */
  recipients: Record<string, RecipientOutcome>;
  /** How many of them are only counted: statuses may come for ids that are not here any more. */
  erased?: number;
}

export const threadInput = z.strictObject({
  conversationId,
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(220).optional(),
});
