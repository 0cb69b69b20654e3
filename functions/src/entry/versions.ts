import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalid } from '../shared/invalid';

/** An answer with its version, or that it is still the one that the client has. */
export type Versioned<Answer extends object> =
  (Answer & { version: string }) | { unchanged: true; version: string };

const known = z.object({ ifVersion: z.string().max(64).nullish() });

/** Splits what is sent to a reading callable into `ifVersion` and its input. */
export function parseKnown(data: unknown): { known: string | null | undefined; data: unknown } {
  if (typeof data !== 'object' || data === null || !('ifVersion' in data)) {
    return { known: undefined, data };
  }
  const parsed = known.safeParse(data);
  if (!parsed.success) throw invalid(parsed.error.issues);
  const input: { ifVersion?: unknown } = { ...data };
  delete input.ifVersion;
  return { known: parsed.data.ifVersion ?? null, data: input };
}

/**
 * An answer for a client that has version `known`. The version is a hash of the answer as it is
 * sent, so equal answers have one version, whichever instance gives them and whenever.
 */
export function versioned<Answer extends object>(
  answer: Answer,
  known: string | null,
): Versioned<Answer> {
  const version = createHash('sha256')
    .update(JSON.stringify(answer))
    .digest('base64url')
    .slice(0, 22);
  return version === known ? { unchanged: true, version } : { ...answer, version };
}
