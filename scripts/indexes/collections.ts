/** The collections that exist in a project. */
export const COLLECTIONS = [
  'alerts',
  'auditLog',
  'batchRuns',
  'campaigns',
  'channels',
  'chunks',
  'contacts',
  'consents',
  'conversations',
  'deadLetters',
  'files',
  'identities',
  'jobs',
  'lanes',
  'mail',
  'messages',
  'metrics',
  'outcomes',
  'partition_metadata',
  'parts',
  'rows',
  'schedules',
  'segments',
  'settings',
  'telemetry',
  'templates',
  'users',
];

/** Those that only the tests of the batch helpers use: their queries need no index. */
export const TEST_COLLECTIONS = ['items', 'large', 'new', 'notes', 'old', 'pages'];
