import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import { collection } from '../batch/collection';
import type { AuditEntry } from './record';

/**
 * Deletes entries of the audit log that are older than a time.
 *
 * @param end nothing more is begun after this time; the next call goes on
 */
export const removeAuditEntries = (before: number, end: number): Promise<CleanupReport> =>
  batchCleanup(
    collection<AuditEntry>('auditLog'),
    { where: [['at', '<', before]] },
    { name: 'retention-auditLog', subcollections: [], deadline: end },
  );
