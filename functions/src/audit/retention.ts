import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import type { CleanupLimits } from '../batch/cleanupLimits';
import { collection } from '../batch/collection';
import type { AuditEntry } from './record';

/**
 * Deletes entries of the audit log that are older than a time.
 */
export const removeAuditEntries = (before: number, limits: CleanupLimits): Promise<CleanupReport> =>
  batchCleanup(
    collection<AuditEntry>('auditLog'),
    { where: [['at', '<', before]] },
    { name: 'retention-auditLog', subcollections: [], ...limits },
  );
