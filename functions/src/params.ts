import { defineBoolean, defineInt, defineSecret, defineString } from 'firebase-functions/params';

/** Every secret and parameter of the project, declared once. Reading an unbound one throws. */

const whatsappTokenSecret = defineSecret('WHATSAPP_TOKEN');
const whatsappAppSecretSecret = defineSecret('WHATSAPP_APP_SECRET');
const whatsappVerifyTokenSecret = defineSecret('WHATSAPP_VERIFY_TOKEN');
const monitoringTokenSecret = defineSecret('MONITORING_TOKEN');

/**
 * Declaring a secret makes every deploy ask for it. Redis is optional, so its token is one only
 * where its address is set; deploys know functions/.env when they look at the functions.
 */
const redisTokenSecret = process.env['UPSTASH_REDIS_REST_URL']
  ? defineSecret('UPSTASH_REDIS_REST_TOKEN')
  : undefined;

/** To be listed in the options of each function that uses them; nothing else gets to see them. */
export const secrets = {
  /** A permanent system-user token with `whatsapp_business_messaging` and `…_management`. */
  whatsappToken: whatsappTokenSecret,
  /** The Meta app's secret, with which webhooks are signed. */
  whatsappAppSecret: whatsappAppSecretSecret,
  /** The word that Meta repeats in the webhook's handshake. */
  whatsappVerifyToken: whatsappVerifyTokenSecret,
  /** Whoever brings it may read `/metrics` and `/status`: any long random word. */
  monitoringToken: monitoringTokenSecret,
  /** What Redis' REST API asks for: to be spread into the list, which has none without a Redis. */
  redisToken: redisTokenSecret ? [redisTokenSecret] : [],
};

const strings = {
  GRAPH_BASE: defineString('GRAPH_BASE', {
    default: 'https://graph.facebook.com',
    description: "Where WhatsApp's API is; the simulator's address in a local stack.",
  }),
  GRAPH_VERSION: defineString('GRAPH_VERSION', { default: 'v25.0' }),
  WABA_ID: defineString('WABA_ID', {
    default: '',
    description: 'The WhatsApp Business account whose templates are synced; empty: none.',
  }),
  STOP_WORDS: defineString('STOP_WORDS', {
    default: 'stop,unsubscribe,baja,parar,alto,cancelar suscripcion,sair,pare,descadastrar',
    description: 'Comma-separated; a text that is just one of them opts the customer out.',
  }),
  STOP_REPLY: defineString('STOP_REPLY', {
    default:
      'You will get no more offers from us. · No te enviaremos más ofertas. · Não enviaremos mais ofertas.',
    description: 'The one answer to a customer who asks to stop; empty: no answer.',
  }),
  FILE_STORE: defineString('FILE_STORE', {
    default: '',
    description:
      "Where imports, exports and archives are kept: gs://BUCKET; empty: the project's default bucket.",
  }),
  ALERT_WEBHOOK_URL: defineString('ALERT_WEBHOOK_URL', {
    default: '',
    description: 'Alerts are posted there as JSON when they open and close; empty: nowhere.',
  }),
  ALERT_EMAILS: defineString('ALERT_EMAILS', {
    default: '',
    description:
      'Comma-separated; alerts are written to the collection "mail" for the Trigger Email extension.',
  }),
  UPSTASH_REDIS_REST_URL: defineString('UPSTASH_REDIS_REST_URL', {
    default: '',
    description:
      'The REST address of a Redis at Upstash; empty: there is none, and none is needed.',
  }),
  LOG_LEVEL: defineString('LOG_LEVEL', {
    default: 'info',
    description: 'debug, info, warn or error.',
  }),
};

const CONVERSATION_CACHE_MIB = 8;
const FIRESTORE_IDLE_CHANNELS = 1;

const numbers = {
  IN_DOUBT_GRACE_MINUTES: defineInt('IN_DOUBT_GRACE_MINUTES', {
    default: 15,
    description:
      'How long a send without an answer may wait for its statuses before it is "unknown".',
  }),
  CAMPAIGN_RESERVE_PERCENT: defineInt('CAMPAIGN_RESERVE_PERCENT', {
    default: 3,
    description:
      "The share of a number's throughput that campaigns leave to the team's messages; one a second at least.",
  }),
  CAMPAIGN_LEASE_SECONDS: defineInt('CAMPAIGN_LEASE_SECONDS', {
    default: 30,
    description: "How long after a crash of a campaign's sender another one takes over.",
  }),
  CAMPAIGN_MICRO_BATCH: defineInt('CAMPAIGN_MICRO_BATCH', {
    default: 20,
    description:
      'Recipients claimed in a write, sent a second by a lane, and in doubt after a crash at most; 1 to 100. Change it while no campaign runs.',
  }),
  CONVERSATION_CACHE_MIB: defineInt('CONVERSATION_CACHE_MIB', {
    default: CONVERSATION_CACHE_MIB,
    description: 'What an instance remembers of conversations at most.',
  }),
  FIRESTORE_IDLE_CHANNELS: defineInt('FIRESTORE_IDLE_CHANNELS', {
    default: FIRESTORE_IDLE_CHANNELS,
    description:
      'Connections to Firestore that an instance keeps open for the next rush; each carries 100 requests at once.',
  }),
  FUNCTION_MEMORY_MIB: defineInt('FUNCTION_MEMORY_MIB', {
    default: 256,
    description: 'Memory of an instance of a function that does not say otherwise.',
  }),
  FUNCTION_CONCURRENCY: defineInt('FUNCTION_CONCURRENCY', {
    default: 80,
    description: 'Requests at once of an instance of a function that does not say otherwise.',
  }),
  WEBHOOK_MEMORY_MIB: defineInt('WEBHOOK_MEMORY_MIB', {
    default: 512,
    description: 'Memory of an instance of the webhook.',
  }),
  WEBHOOK_CONCURRENCY: defineInt('WEBHOOK_CONCURRENCY', {
    default: 80,
    description: 'POSTs at once of an instance of the webhook.',
  }),
  QUEUE_MEMORY_MIB: defineInt('QUEUE_MEMORY_MIB', {
    default: 512,
    description: 'Memory of an instance of a send queue.',
  }),
  QUEUE_CONCURRENCY: defineInt('QUEUE_CONCURRENCY', {
    default: 80,
    description: 'Messages at once of an instance of a send queue.',
  }),
  METRICS_FLUSH_SECONDS: defineInt('METRICS_FLUSH_SECONDS', {
    default: 60,
    description:
      'How often an instance at work writes its metrics: one write each time; 0: never, and no metrics.',
  }),
  DAILY_BUDGET_USD: defineInt('DAILY_BUDGET_USD', {
    default: 0,
    description: 'An alert tells when Firestore costs more than that in a day (UTC); 0: no alert.',
  }),
  REDIS_TIMEOUT_MS: defineInt('REDIS_TIMEOUT_MS', {
    default: 200,
    description: 'How long Redis may take; one that takes longer is left alone for a while.',
  }),
  WHATSAPP_TIMEOUT_SECONDS: defineInt('WHATSAPP_TIMEOUT_SECONDS', { default: 20 }),
  RETENTION_DAYS_MESSAGES: defineInt('RETENTION_DAYS_MESSAGES', {
    default: 0,
    description:
      'After so many days messages, and conversations without newer ones, are deleted; 0: never.',
  }),
  RETENTION_DAYS_CAMPAIGNS: defineInt('RETENTION_DAYS_CAMPAIGNS', {
    default: 0,
    description: 'So many days after their end campaigns are deleted, recipients too; 0: never.',
  }),
  RETENTION_DAYS_AUDIT: defineInt('RETENTION_DAYS_AUDIT', {
    default: 0,
    description: 'After so many days entries of the audit log are deleted; 0: never.',
  }),
  RETENTION_DAYS_DEAD_LETTERS: defineInt('RETENTION_DAYS_DEAD_LETTERS', {
    default: 0,
    description: 'After so many days dead letters are deleted; 0: never.',
  }),
  RETENTION_DAYS_LISTS: defineInt('RETENTION_DAYS_LISTS', {
    default: 90,
    description: 'So many days after its end the list of a campaign is deleted; 0: never.',
  }),
  RETENTION_DAYS_JOBS: defineInt('RETENTION_DAYS_JOBS', {
    default: 30,
    description: 'So many days after their end background jobs are forgotten; 0: never.',
  }),
  DEAD_LETTERS_DAYS: defineInt('DEAD_LETTERS_DAYS', {
    default: 90,
    description: 'So many days after their replay dead letters are deleted; 0: never.',
  }),
  ARCHIVE_MESSAGES_AFTER_DAYS: defineInt('ARCHIVE_MESSAGES_AFTER_DAYS', {
    default: 0,
    description:
      'Months of messages that ended so many days ago are moved to FILE_STORE; 45 at least; 0: never.',
  }),
  LIMIT_SIGN_IN: defineInt('LIMIT_SIGN_IN', {
    default: 50,
    description: 'Sign-ins in 5 minutes from an address; 0: no limit. Needs RECADO_SIGN_IN_LIMIT.',
  }),
  LIMIT_WHATSAPP: defineInt('LIMIT_WHATSAPP', {
    default: 30,
    description: 'Calls a minute of a member to each callable that calls WhatsApp; 0: no limit.',
  }),
  LIMIT_BULK: defineInt('LIMIT_BULK', {
    default: 1_000,
    description: 'Messages a minute that a member may send in bulk; 0: no limit.',
  }),
  LIMIT_API_ADMIN: defineInt('LIMIT_API_ADMIN', {
    default: 600,
    description: 'Other calls a minute of an admin; 0: no limit.',
  }),
  LIMIT_API_SUPERVISOR: defineInt('LIMIT_API_SUPERVISOR', { default: 600 }),
  LIMIT_API_AGENT: defineInt('LIMIT_API_AGENT', { default: 600 }),
  LIMIT_API_VIEWER: defineInt('LIMIT_API_VIEWER', { default: 300 }),
  LIMIT_WEBHOOK_TEST: defineInt('LIMIT_WEBHOOK_TEST', {
    default: 10,
    description: "Handshakes of the webhook's address a minute from an address; 0: no limit.",
  }),
};

const booleans = {
  MARKETING_NEEDS_OPT_IN: defineBoolean('MARKETING_NEEDS_OPT_IN', {
    default: false,
    description: 'Send marketing messages only to people who asked for them.',
  }),
  ENFORCE_APP_CHECK: defineBoolean('ENFORCE_APP_CHECK', {
    default: false,
    description: 'Refuse callables without a valid App Check token.',
  }),
};

/** A secret's value; throws when the running function does not list it or it was never set. */
function secretValue(secret: { name: string; value(): string }): string {
  // firebase-functions only warns and gives '' here, and an empty key would sign and verify.
  const value = process.env[secret.name] ? secret.value() : '';
  if (value === '') {
    throw new Error(
      `The secret ${secret.name} is not bound. List it in the function's "secrets" and set it with ` +
        `"firebase functions:secrets:set ${secret.name}".`,
    );
  }
  return value;
}

/** A parameter's value; throws when the runtime does not provide it. */
function paramValue<T>(param: { name: string; value(): T }): T {
  if (process.env[param.name] === undefined) {
    throw new Error(
      `The parameter ${param.name} is not set. Deploys write it; elsewhere set it in functions/.env.`,
    );
  }
  return param.value();
}

export const whatsappToken = (): string => secretValue(secrets.whatsappToken);
export const whatsappAppSecret = (): string => secretValue(secrets.whatsappAppSecret);
export const whatsappVerifyToken = (): string => secretValue(secrets.whatsappVerifyToken);
export const monitoringToken = (): string => secretValue(secrets.monitoringToken);

/**
 * Where Redis is and its token; `undefined` where there is none, and in functions that do not list
 * its token: they work without it.
 */
export function redisAddress(): { url: string; token: string } | undefined {
  const url = paramValue(strings.UPSTASH_REDIS_REST_URL).trim();
  const token = process.env['UPSTASH_REDIS_REST_TOKEN']?.trim();
  return url !== '' && token ? { url, token } : undefined;
}
export const redisTimeoutMs = (): number => paramValue(numbers.REDIS_TIMEOUT_MS);

export const graphBase = (): string => paramValue(strings.GRAPH_BASE).replace(/\/+$/, '');
export const graphVersion = (): string => paramValue(strings.GRAPH_VERSION);
export const wabaId = (): string => paramValue(strings.WABA_ID);
export const stopReply = (): string => paramValue(strings.STOP_REPLY);
export const stopWords = (): string[] =>
  paramValue(strings.STOP_WORDS)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
/** `gs://BUCKET`, `file:///FOLDER` in a local stack, or empty for the project's default bucket. */
export const fileStore = (): string => paramValue(strings.FILE_STORE);
export const inDoubtGraceMs = (): number => paramValue(numbers.IN_DOUBT_GRACE_MINUTES) * 60_000;
export const metricsFlushMs = (): number => paramValue(numbers.METRICS_FLUSH_SECONDS) * 1_000;
export const dailyBudgetUsd = (): number => paramValue(numbers.DAILY_BUDGET_USD);
export const alertWebhookUrl = (): string => paramValue(strings.ALERT_WEBHOOK_URL).trim();
export const alertEmails = (): string[] =>
  paramValue(strings.ALERT_EMAILS)
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
export const whatsappTimeoutMs = (): number => paramValue(numbers.WHATSAPP_TIMEOUT_SECONDS) * 1_000;
export const campaignReservePercent = (): number => paramValue(numbers.CAMPAIGN_RESERVE_PERCENT);
export const campaignLeaseMs = (): number => paramValue(numbers.CAMPAIGN_LEASE_SECONDS) * 1_000;
/** Recipients that are claimed in one write: 1 to 100. */
export const campaignMicroBatch = (): number =>
  Math.min(100, Math.max(1, paramValue(numbers.CAMPAIGN_MICRO_BATCH)));
export const marketingNeedsOptIn = (): boolean => paramValue(booleans.MARKETING_NEEDS_OPT_IN);
const RETENTION = {
  messages: numbers.RETENTION_DAYS_MESSAGES,
  campaigns: numbers.RETENTION_DAYS_CAMPAIGNS,
  lists: numbers.RETENTION_DAYS_LISTS,
  audit: numbers.RETENTION_DAYS_AUDIT,
  deadLetters: numbers.RETENTION_DAYS_DEAD_LETTERS,
  jobs: numbers.RETENTION_DAYS_JOBS,
};
/** After how many days something is deleted; 0: never. */
export const retentionDays = (what: keyof typeof RETENTION): number => paramValue(RETENTION[what]);
/** After how many days a dead letter that was replayed is deleted; 0: never. */
export const deadLettersDays = (): number => paramValue(numbers.DEAD_LETTERS_DAYS);
/** After how many days messages are archived; 0: never. */
export const archiveAfterDays = (): number => paramValue(numbers.ARCHIVE_MESSAGES_AFTER_DAYS);
export const signInLimit = (): number => paramValue(numbers.LIMIT_SIGN_IN);
export const whatsappLimit = (): number => paramValue(numbers.LIMIT_WHATSAPP);
export const bulkLimit = (): number => paramValue(numbers.LIMIT_BULK);
export const webhookTestLimit = (): number => paramValue(numbers.LIMIT_WEBHOOK_TEST);

/** Calls a minute that a member of a role may make. */
export const apiLimit = (role: string): number => {
  switch (role) {
    case 'admin':
      return paramValue(numbers.LIMIT_API_ADMIN);
    case 'supervisor':
      return paramValue(numbers.LIMIT_API_SUPERVISOR);
    case 'agent':
      return paramValue(numbers.LIMIT_API_AGENT);
    default:
      return paramValue(numbers.LIMIT_API_VIEWER);
  }
};
export const enforceAppCheck = (): boolean => paramValue(booleans.ENFORCE_APP_CHECK);

/** Memory and requests at once of an instance; a deploy fills them in. `npm run tune` proposes them. */
export const sizes = {
  function: { memory: numbers.FUNCTION_MEMORY_MIB, concurrency: numbers.FUNCTION_CONCURRENCY },
  webhook: { memory: numbers.WEBHOOK_MEMORY_MIB, concurrency: numbers.WEBHOOK_CONCURRENCY },
  queue: { memory: numbers.QUEUE_MEMORY_MIB, concurrency: numbers.QUEUE_CONCURRENCY },
};

/** A size that scripts need too, which know no deploy's parameters. */
const sizeOr = (name: string, preset: number): number => {
  const size = Number(process.env[name] ?? preset);
  return Number.isInteger(size) && size > 0 ? size : preset;
};
export const conversationCacheBytes = (): number =>
  sizeOr('CONVERSATION_CACHE_MIB', CONVERSATION_CACHE_MIB) * 1024 * 1024;
export const firestoreIdleChannels = (): number =>
  sizeOr('FIRESTORE_IDLE_CHANNELS', FIRESTORE_IDLE_CHANNELS);

/** The least level that is logged. Logging has to work always, so this one has a default. */
export const logLevel = (): 'debug' | 'info' | 'warn' | 'error' => {
  const level = process.env['LOG_LEVEL'];
  return level === 'debug' || level === 'warn' || level === 'error' ? level : 'info';
};

/** The Firebase project this instance belongs to; the platform sets it. */
export const projectId = (): string => {
  const id = process.env['GCLOUD_PROJECT'] ?? process.env['GOOGLE_CLOUD_PROJECT'];
  if (!id) throw new Error('GCLOUD_PROJECT is not set.');
  return id;
};

/** The function that this instance runs (`messages.send`); `undefined` outside of instances. */
export const functionTarget = (): string | undefined => process.env['FUNCTION_TARGET'];

/** The deployed version of it; the platform sets it. */
export const revision = (): string => process.env['K_REVISION'] ?? 'local';

/** Where every function runs. `RECADO_REGION` in functions/.env moves them: deploys and instances read it. */
export const region = (): string => process.env['RECADO_REGION'] ?? 'europe-west1';

/**
 * Whether sign-ins are limited. `RECADO_SIGN_IN_LIMIT=true` in functions/.env deploys the blocking
 * function for it, which projects without Identity Platform cannot have.
 */
export const limitsSignIns = (): boolean => process.env['RECADO_SIGN_IN_LIMIT'] === 'true';

/** Where local stacks note every query, for indexes-check; never set in a deployed function. */
export const queryLogFile = (): string | undefined => process.env['RECADO_QUERY_LOG'];
