import { z } from 'zod';

/** Where a dead letter comes from, and so what a replay does with it. */
export type DeadLetterKind = 'webhook' | 'status' | 'task' | 'event';

/** `deadLetters/{id}`: what could not be processed, kept so that it can be later. */
export interface DeadLetter {
  kind: DeadLetterKind;
  /** Why it could not be processed; no personal data. */
  reason: string;
  /** The raw input, or its first part; the rest is in `parts/{n}`. */
  raw: string;
  /** How many parts there are beside `raw`. */
  parts: number;
  /** For tasks: the function that it was for. */
  source: string | null;
  status: 'open' | 'replayed';
  createdAt: number;
  replayedAt: number | null;
}

export const listInput = z.strictObject({
  status: z.enum(['open', 'replayed']).default('open'),
  limit: z.int().min(1).max(100).default(50),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(200).optional(),
});

export const replayInput = z.strictObject({
  ids: z
    .array(z.string().regex(/^[A-Za-z0-9]{1,64}$/))
    .min(1)
    .max(100),
});
