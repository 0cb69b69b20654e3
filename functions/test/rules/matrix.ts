import { ADMINS, LEADS, MEMBERS, NOBODY, TEAM, type Who } from './people';

interface Row {
  /** An existing document. */
  document: string;
  get: Who[];
  /** Who may list its whole collection, without a filter. */
  list: Who[];
}

/** Who may read what. Nobody may create, update or delete anything. */
export const MATRIX: Row[] = [
  { document: 'users/agent', get: MEMBERS, list: TEAM },
  { document: 'users/colleague', get: MEMBERS, list: TEAM },
  { document: 'channels/1', get: MEMBERS, list: MEMBERS },
  { document: 'templates/hello_en', get: MEMBERS, list: MEMBERS },

  { document: 'conversations/takesPart', get: ['agent', ...LEADS], list: LEADS },
  { document: 'conversations/unassigned', get: TEAM, list: LEADS },
  { document: 'conversations/assigned', get: ['agent', ...LEADS], list: LEADS },
  { document: 'conversations/colleagues', get: ['another agent', ...LEADS], list: LEADS },
  { document: 'messages/takesPart', get: ['agent', ...LEADS], list: LEADS },
  { document: 'messages/unassigned', get: TEAM, list: LEADS },
  { document: 'messages/assigned', get: ['agent', ...LEADS], list: LEADS },
  { document: 'messages/colleagues', get: ['another agent', ...LEADS], list: LEADS },
  { document: 'messages/orphan', get: LEADS, list: LEADS },

  { document: 'contacts/owned', get: ['agent', ...LEADS], list: LEADS },
  { document: 'contacts/colleagues', get: ['another agent', ...LEADS], list: LEADS },
  { document: 'contacts/ownerless', get: LEADS, list: LEADS },
  { document: 'segments/vip', get: TEAM, list: TEAM },
  { document: 'settings/attributes', get: MEMBERS, list: NOBODY },
  { document: 'identities/phone', get: NOBODY, list: NOBODY },
  { document: 'contacts/owned/consents/1', get: ['agent', ...LEADS], list: ['agent', ...LEADS] },
  {
    document: 'contacts/colleagues/consents/1',
    get: ['another agent', ...LEADS],
    list: ['another agent', ...LEADS],
  },
  { document: 'merges/1', get: NOBODY, list: NOBODY },
  { document: 'merges/1/mergedConversations/1', get: NOBODY, list: NOBODY },
  { document: 'duplicateDismissals/1', get: NOBODY, list: NOBODY },

  { document: 'campaigns/1', get: ['viewer', ...LEADS], list: ['viewer', ...LEADS] },
  { document: 'campaigns/1/chunks/0', get: LEADS, list: LEADS },
  { document: 'campaigns/1/outcomes/0', get: LEADS, list: LEADS },
  { document: 'campaigns/1/rows/0', get: NOBODY, list: NOBODY },
  { document: 'campaigns/1/jobs/expansion', get: NOBODY, list: NOBODY },
  { document: 'jobs/agents', get: ['agent', ...LEADS], list: LEADS },
  { document: 'jobs/leads', get: LEADS, list: LEADS },
  { document: 'jobs/leads/pieces/0', get: NOBODY, list: NOBODY },
  { document: 'files/agents', get: NOBODY, list: NOBODY },
  { document: 'metrics/day_2026-11-22', get: ['viewer', ...LEADS], list: ['viewer', ...LEADS] },
  { document: 'partition_metadata/1', get: ADMINS, list: ADMINS },
  { document: 'deadLetters/1', get: NOBODY, list: NOBODY },
  { document: 'deadLetters/1/parts/0', get: NOBODY, list: NOBODY },
  { document: 'auditLog/1', get: ADMINS, list: ADMINS },
  { document: 'alerts/error-rate_all', get: LEADS, list: LEADS },
  { document: 'telemetry/totals', get: NOBODY, list: NOBODY },
  { document: 'schedules/hourly', get: NOBODY, list: NOBODY },
  { document: 'mail/1', get: NOBODY, list: NOBODY },
  { document: 'lanes/1_0', get: NOBODY, list: NOBODY },
  { document: 'batchRuns/1', get: NOBODY, list: NOBODY },
  { document: 'conversions/1', get: NOBODY, list: NOBODY },
  { document: 'countedEvents/2026-11-22T10:00~0', get: NOBODY, list: NOBODY },
  { document: 'somethingNew/1', get: NOBODY, list: NOBODY },
];
