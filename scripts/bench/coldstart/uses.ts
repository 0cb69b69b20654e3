/** What a function may load beside its trigger: clients of services, and libraries of some size. */
const USES = {
  firestore: /[\\/]@google-cloud[\\/]firestore[\\/]/,
  pubsub: /[\\/]@google-cloud[\\/]pubsub[\\/]/,
  /** Cloud Tasks. */
  tasks: /[\\/]firebase-admin[\\/]lib[\\/]functions[\\/]/,
  // firebase-functions loads firebase-admin's part of it for every HTTPS function by itself.
  auth: /[\\/]functions[\\/]lib[\\/]platform[\\/]auth\.js$/,
  storage: /[\\/]@google-cloud[\\/]storage[\\/]/,
  redis: /[\\/]@upstash[\\/]/,
  compression: /[\\/]node_modules[\\/]compression[\\/]/,
  phone: /[\\/]libphonenumber-js(?:[\\/]|\.js$)/,
  csv: /[\\/]csv-(?:parse|stringify)[\\/]/,
  temporal: /[\\/]temporal-polyfill[\\/]/,
  zip: /[\\/]fflate[\\/]/,
  countries: /[\\/]countries-and-timezones[\\/]/,
} as const;
export type Use = keyof typeof USES;

/** Which of them a set of loaded files contains. */
export const usesOf = (files: readonly string[]): Use[] =>
  (Object.keys(USES) as Use[]).filter((use) => files.some((file) => USES[use].test(file)));

/**
 * What each deployed function needs, and so may load. A test holds them to it; a function that is
 * not here yet fails it.
 */
export const NEEDS: Record<string, readonly Use[]> = {
  // An answer to whoever asks for no more offers goes through the queue.
  whatsappWebhook: ['firestore', 'tasks'],
  // What it is asked for it loads when it is asked.
  batch: ['firestore', 'compression'],
  'auth.beforeSignIn': ['firestore'],
  files: ['firestore', 'auth', 'compression'],
  monitoring: ['firestore', 'auth', 'compression'],
  'jobs.run': ['firestore', 'tasks'],
  'jobs.cancel': ['firestore', 'tasks'],
  'jobs.list': ['firestore', 'compression'],
  'schedules.hourly': ['firestore'],
  'schedules.daily': ['firestore'],
  'contacts.exportData': ['firestore', 'tasks'],
  'contacts.erase': ['firestore', 'tasks'],
  // They may begin a conversation with a number.
  'messages.send': ['firestore', 'tasks', 'phone'],
  'messages.sendBulk': ['firestore', 'tasks', 'phone'],
  'messages.cancel': ['firestore'],
  // What WhatsApp turned down for the moment is handed over again.
  'queue.critical': ['firestore', 'tasks'],
  'queue.normal': ['firestore', 'tasks'],
  'queue.low': ['firestore', 'tasks'],
  'conversations.assign': ['firestore'],
  'conversations.setStatus': ['firestore'],
  'conversations.label': ['firestore'],
  'conversations.addNote': ['firestore'],
  'conversations.markRead': ['firestore'],
  'channels.connect': ['firestore'],
  'channels.pause': ['firestore'],
  // Releases what waited.
  'channels.resume': ['firestore', 'tasks'],
  'conversations.thread': ['firestore', 'compression'],
  // A list of recipients is a CSV of numbers.
  'campaigns.create': ['firestore', 'phone', 'csv'],
  'campaigns.update': ['firestore', 'phone', 'csv'],
  'campaigns.clone': ['firestore'],
  // Which hours are quiet where a number is.
  'campaigns.preflight': ['firestore', 'phone', 'temporal', 'countries'],
  'campaigns.launch': ['firestore', 'tasks'],
  'campaigns.pause': ['firestore'],
  'campaigns.resume': ['firestore', 'tasks'],
  'campaigns.cancel': ['firestore'],
  'campaigns.retry': ['firestore', 'tasks'],
  'campaigns.report': ['firestore', 'csv', 'compression'],
  'campaigns.expand': ['firestore', 'tasks', 'phone', 'temporal', 'countries'],
  'campaigns.lane': ['firestore', 'tasks'],
  'contacts.create': ['firestore', 'phone'],
  'contacts.update': ['firestore'],
  'contacts.block': ['firestore'],
  'contacts.list': ['firestore', 'compression'],
  // Tagging by a filter, and exports, are jobs.
  'contacts.tag': ['firestore', 'tasks'],
  'contacts.export': ['firestore', 'tasks'],
  'contacts.import': ['firestore', 'tasks'],
  'contacts.importPreview': ['firestore', 'csv', 'zip'],
  'contacts.setConsent': ['firestore'],
  'contacts.merge': ['firestore', 'tasks'],
  'contacts.unmerge': ['firestore', 'tasks'],
  'contacts.duplicates': ['firestore', 'compression'],
  'contacts.dismissDuplicate': ['firestore'],
  'attributes.define': ['firestore'],
  'attributes.list': ['firestore', 'compression'],
  'segments.save': ['firestore'],
  'segments.delete': ['firestore'],
  'segments.list': ['firestore', 'compression'],
  'segments.count': ['firestore', 'compression'],
  // CSV and time zones' rules are loaded when somebody asks for them, Pub/Sub when it is used.
  'analytics.get': ['firestore', 'compression'],
  'analytics.recordConversion': ['firestore'],
  'analytics.onMessage': ['firestore'],
  'analytics.onConversation': ['firestore'],
  'analytics.onConversion': ['firestore'],
  'queue.metrics': ['firestore', 'compression'],
  'schedules.analytics': ['firestore'],
  'templates.sync': ['firestore'],
  'team.invite': ['firestore', 'auth', 'phone'],
  'team.changeRole': ['firestore', 'auth'],
  'team.deactivate': ['firestore', 'auth'],
  'team.claims': ['firestore', 'auth'],
  'deadLetters.list': ['firestore', 'compression'],
  // Replays webhooks and tasks.
  'deadLetters.replay': ['firestore', 'tasks'],
  'schedules.everyMinute': ['firestore', 'tasks'],
  'schedules.campaigns': ['firestore', 'tasks'],
  'schedules.monitoring': ['firestore'],
};
