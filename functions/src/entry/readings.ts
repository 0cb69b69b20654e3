import type { Reading } from './reading';

/** The callables that a batch may ask, by the name that clients call; each is loaded when asked. */
export const READINGS: Readonly<Record<string, () => Promise<Pick<Reading<object>, 'answer'>>>> = {
  'analytics-get': async () => (await import('./callables/analyticsGet.js')).analyticsGet,
  'attributes-list': async () => (await import('./callables/attributesList.js')).attributesList,
  'campaigns-report': async () => (await import('./callables/campaignsReport.js')).campaignsReport,
  'contacts-duplicates': async () =>
    (await import('./callables/contactsDuplicates.js')).contactsDuplicates,
  'contacts-list': async () => (await import('./callables/contactsList.js')).contactsList,
  'conversations-thread': async () =>
    (await import('./callables/conversationsThread.js')).conversationsThread,
  'deadLetters-list': async () => (await import('./callables/deadLettersList.js')).deadLettersList,
  'jobs-list': async () => (await import('./callables/jobsList.js')).jobsList,
  'queue-metrics': async () => (await import('./callables/queueMetrics.js')).queueMetrics,
  'segments-count': async () => (await import('./callables/segmentsCount.js')).segmentsCount,
  'segments-list': async () => (await import('./callables/segmentsList.js')).segmentsList,
};
