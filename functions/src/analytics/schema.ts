import { z } from 'zod';
import { campaignId } from '../campaigns/schema';
import { channelId } from '../channels/schema';
import { EVENTS } from '../shared/fact';

const epochMs = z.int().nonnegative();
const name = z.string().max(300).nullable();

/** What one version of a document adds to the figures; a message of the topic `analytics-events`. */
export const changeEvent = z.object({
  id: z.string().regex(/^[0-9a-f]{40}$/),
  /** When the document changed. */
  at: epochMs,
  /** The document's path. */
  source: z.string().max(500),
  facts: z.array(
    z.object({
      event: z.enum(EVENTS),
      at: epochMs,
      count: z.int(),
      value: z.number().nullable(),
      channelId: name,
      direction: z.enum(['in', 'out']).nullable(),
      type: name,
      campaignId: name,
      agentId: name,
      link: name,
    }),
  ),
});
export type ChangeEvent = z.infer<typeof changeEvent>;

/** How wide the slots of a document of figures are: a minute, a quarter of an hour, a day. */
export type Level = 'minute' | 'hour' | 'day';

/** `metrics/{level}_{period}…`: figures of a period. Its further parts are `{id}~{n}`. */
export interface MetricDocument {
  level: Level;
  /** From when on, epoch ms; slots count from here. */
  start: number;
  /** How many documents it is kept in. */
  parts: number;
  /** By what is counted (`channel|direction|…`), as JSON: counts by name and slot. */
  series: Record<string, string>;
  /** Minutes only: when it has to be merged upwards; absent where that is done. */
  dueAt?: number;
  /** Minutes only: it was merged before. */
  isMerged?: boolean;
  expiresAt?: number;
}

/** `countedEvents/{five minutes}~{n}`: which events of changes in that time were counted. */
export interface CountedEvents {
  /** 8 bytes an event, the first of its id. */
  hashes: Uint8Array;
  expiresAt: number;
}

const link = z
  .string()
  .regex(/^[^|\s]{1,200}$/, 'takes up to 200 characters, no spaces and no "|"');
const agentId = z.string().regex(/^[A-Za-z0-9]{1,128}$/, 'is not the id of a user');
const kind = z.string().regex(/^[A-Za-z0-9_-]{1,60}$/, 'takes up to 60 letters, digits, "-", "_"');

/** What somebody did that the business wants: a purchase, an appointment. */
export const conversionInput = z
  .strictObject({
    /** The client's, once a conversion: recording it again changes nothing. */
    conversionId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{8,128}$/, 'takes 8–128 letters, digits, "-", "_"'),
    type: kind.default('conversion'),
    /** Epoch ms; now if left out. Up to 30 days back. */
    at: z.int().positive().optional(),
    /** In the smallest unit of the business's currency. */
    value: z.int().min(0).max(1_000_000_000_000).optional(),
    campaignId: campaignId.optional(),
    agentId: agentId.optional(),
    link: link.optional(),
  })
  .refine((input) => input.campaignId ?? input.agentId ?? input.link, {
    message: 'say what it is attributed to: "campaignId", "agentId" or "link"',
    path: ['campaignId'],
  });
export type ConversionInput = z.output<typeof conversionInput>;

/** `conversions/{id}`. It never changes. */
export interface Conversion {
  type: string;
  at: number;
  value: number | null;
  channelId: string | null;
  campaignId: string | null;
  agentId: string | null;
  link: string | null;
  createdBy: string;
  createdAt: number;
}

const timeZone = z.string().max(60).refine(isTimeZone, {
  message: 'is not an IANA time zone, like "Europe/Madrid"',
});

function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

/** By what figures can be told apart. */
export const GROUPS = ['channelId', 'direction', 'type', 'campaignId', 'agentId', 'link'] as const;
export type Group = (typeof GROUPS)[number];

export const getInput = z
  .strictObject({
    /** Epoch ms; the range grows to whole periods. */
    from: epochMs,
    to: epochMs,
    granularity: z.enum(['minute', 'hour', 'day', 'month']).default('day'),
    timeZone: timeZone.default('UTC'),
    group: z.enum(GROUPS).optional(),
    where: z
      .strictObject({
        channelId: channelId.optional(),
        direction: z.enum(['in', 'out']).optional(),
        type: z.string().min(1).max(60).optional(),
        campaignId: campaignId.optional(),
        agentId: agentId.optional(),
        link: link.optional(),
      })
      .prefault({}),
    /** Beside the totals, those of as many periods before. */
    compare: z.boolean().default(false),
    format: z.enum(['json', 'csv']).default('json'),
    limit: z.int().min(1).max(1_000).default(1_000),
    /** `nextCursor` of the page before. */
    cursor: z
      .string()
      .regex(/^\d{1,9}$/, 'is not one that analytics-get gave')
      .optional(),
  })
  .refine(({ from, to }) => from < to, { message: '"to" has to be after "from"', path: ['to'] });
export type GetInput = z.output<typeof getInput>;
export type Granularity = GetInput['granularity'];

export const queueInput = z.strictObject({
  /** One number; all of them, page by page, if left out. */
  channelId: channelId.optional(),
  cursor: z.string().max(40).optional(),
});
