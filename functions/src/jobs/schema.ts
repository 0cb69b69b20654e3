import { z } from 'zod';

/** Work that takes longer than a request: it goes on in the background, in steps. */
const jobKind = z.enum([
  'contacts-import',
  'contacts-export',
  'contacts-tag',
  'contacts-merge',
  'contacts-unmerge',
  'contacts-erase',
  'contacts-exportData',
]);
export type JobKind = z.infer<typeof jobKind>;

/** `cancelling`: asked to stop; it stops with the step that it is at. */
export type JobStatus = 'queued' | 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled';

/** How far a job is; `total` is null where that is not known (yet). */
export interface JobProgress {
  done: number;
  total: number | null;
}

/** Why a job failed, as its caller is told. */
export interface JobError {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** `jobs/{id}`: the id is the client's key. Clients watch it; its starter and leads may read it. */
export interface Job<Input = unknown, State = unknown> {
  kind: JobKind;
  status: JobStatus;
  /** What was asked for. */
  input: Input;
  /** Where it is: the kind's own, `null` before the first step. */
  state: State | null;
  progress: JobProgress;
  /** What came of it, so far or in the end. */
  result: Record<string, unknown> | null;
  error: JobError | null;
  /** The run that works on it, or ended it; its right is renewed with every step. */
  holder: string | null;
  /** When the schedule looks whether anybody works on it; absent when it is over. */
  dueAt?: number;
  /** Runs that ended without a step since the last step. */
  failures: number;
  /** Steps that counted: by it a run knows its own step again when the answer got lost. */
  steps: number;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
  endedAt: number | null;
}

export const jobId = z.string().regex(/^[A-Za-z0-9_-]{8,128}$/, 'is not the id of a job');

export const jobInput = z.strictObject({ jobId });

export const listJobsInput = z.strictObject({
  kind: jobKind.optional(),
  cursor: z.string().max(2_000).nullish(),
  limit: z.int().min(1).max(100).default(20),
});
