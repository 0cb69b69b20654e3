import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import { newId } from '../shared/ids';

/** `auditLog/{id}`: who did what to what, and when. Written in the same commit as the deed. */
export interface AuditEntry {
  /** The member's uid. */
  userId: string;
  /** `domain.verb`, as in the callable's name. */
  action: string;
  /** The path of the document it was done to. */
  target: string;
  details: Record<string, unknown>;
  at: number;
}

/** The write that records a deed; goes into the deed's own commit. */
export const auditWrite = (
  userId: string,
  action: string,
  target: string,
  details: Record<string, unknown> = {},
): WriteOp => ({
  kind: 'create',
  path: `auditLog/${newId()}`,
  data: { userId, action, target, details, at: now() } satisfies AuditEntry,
});
