import { z } from 'zod';

/** What is archived by month. */
const archived = z.enum(['messages']);
export type Archived = z.infer<typeof archived>;

/**
 * Where a partition is: its parts are written, then each is read back and checked, and only then
 * what they hold is deleted. A restored one is archived anew some time after.
 */
export type PartitionStatus =
  'writing' | 'written' | 'verified' | 'deleting' | 'archived' | 'restoring' | 'restored';

/** A file with documents: gzip of a JSON object a line, `{id, version, data}`. */
export interface Part {
  /** In the file store. The content's hash is part of it: a file never changes. */
  path: string;
  /** Documents, and bytes of the file. */
  count: number;
  bytes: number;
  /** Of the file, in hexadecimal. */
  sha256: string;
}

/**
 * `partition_metadata/{collection}_{yyyy-mm}`, with `_2`, `_3` … for what came late or was left: a
 * part of a month of a collection that was moved to files.
 */
export interface Partition {
  collection: Archived;
  /** `yyyy-mm`, in UTC. */
  month: string;
  /** Which of the month's. */
  n: number;
  /** Its times: from this one on, until before that one; epoch ms. */
  from: number;
  to: number;
  status: PartitionStatus;
  /** Where reading goes on while it is written. */
  cursor: string | null;
  parts: Part[];
  /** Which part is checked, emptied or brought back next. */
  next: number;
  /** Documents and bytes of all its parts. */
  count: number;
  bytes: number;
  /** Of the parts' hashes, once all are written. */
  checksum: string | null;
  /** Documents that changed after they were written; they stay, and are in no part. */
  left: number;
  /** Documents that a restore brought back; the others were there. */
  restored: number;
  /** The run that wrote this last: by it a run knows its own write again when the answer got lost. */
  runner: string;
  createdAt: number;
  updatedAt: number;
  archivedAt: number | null;
  /** Restored, it is not archived again before. */
  keepUntil: number | null;
}

/** What of the parameters of a command names a month of a collection. */
export const monthInput = z.strictObject({
  collection: archived,
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'is no month, such as 2026-01'),
});
