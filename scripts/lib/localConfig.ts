import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, STATE } from './paths.ts';

/** What the simulator and the local functions agree on; worth nothing anywhere else. */
export const LOCAL = {
  token: 'local-token',
  appSecret: 'local-app-secret',
  verifyToken: 'local-verify-token',
  monitoringToken: 'local-monitoring-token',
  redisToken: 'local-redis-token',
  channelId: '100000000000001',
  secondChannelId: '100000000000002',
  wabaId: '200000000000001',
  region: 'europe-west1',
} as const;

/** The parameters of the local functions, for whatever runs their code; without a Redis if left out. */
export const localParameters = (simulatorUrl: string, redisUrl = ''): Record<string, string> => ({
  GRAPH_BASE: simulatorUrl,
  GRAPH_VERSION: 'v25.0',
  WABA_ID: LOCAL.wabaId,
  STOP_WORDS: 'stop,baja,parar,sair',
  STOP_REPLY: 'You will get no more offers from us.',
  LOG_LEVEL: 'warn',
  FILE_STORE: pathToFileURL(join(STATE, 'files')).href,
  IN_DOUBT_GRACE_MINUTES: '15',
  CAMPAIGN_RESERVE_PERCENT: '3',
  CAMPAIGN_LEASE_SECONDS: '30',
  CAMPAIGN_MICRO_BATCH: '20',
  CONVERSATION_CACHE_MIB: '8',
  FIRESTORE_IDLE_CHANNELS: '1',
  FUNCTION_MEMORY_MIB: '256',
  FUNCTION_CONCURRENCY: '80',
  WEBHOOK_MEMORY_MIB: '512',
  WEBHOOK_CONCURRENCY: '80',
  QUEUE_MEMORY_MIB: '512',
  QUEUE_CONCURRENCY: '80',
  WHATSAPP_TIMEOUT_SECONDS: '20',
  UPSTASH_REDIS_REST_URL: redisUrl,
  REDIS_TIMEOUT_MS: '200',
  MARKETING_NEEDS_OPT_IN: 'false',
  METRICS_FLUSH_SECONDS: '60',
  DAILY_BUDGET_USD: '0',
  ALERT_WEBHOOK_URL: '',
  ALERT_EMAILS: '',
  RETENTION_DAYS_MESSAGES: '0',
  RETENTION_DAYS_CAMPAIGNS: '0',
  RETENTION_DAYS_AUDIT: '0',
  RETENTION_DAYS_DEAD_LETTERS: '0',
  RETENTION_DAYS_LISTS: '90',
  RETENTION_DAYS_JOBS: '30',
  DEAD_LETTERS_DAYS: '90',
  ARCHIVE_MESSAGES_AFTER_DAYS: '0',
  ENFORCE_APP_CHECK: 'false',
  RECADO_SIGN_IN_LIMIT: 'true',
  // No limits: tests, benchmarks and load tests send as a few members. Tests of limits set them.
  ...unlimited(),
});

const unlimited = (): Record<string, string> =>
  Object.fromEntries(
    [
      ...['LIMIT_SIGN_IN', 'LIMIT_WHATSAPP', 'LIMIT_BULK', 'LIMIT_WEBHOOK_TEST'],
      ...['LIMIT_API_ADMIN', 'LIMIT_API_SUPERVISOR', 'LIMIT_API_AGENT', 'LIMIT_API_VIEWER'],
    ].map((name) => [name, '0']),
  );

export const localSecrets = (): Record<string, string> => ({
  WHATSAPP_TOKEN: LOCAL.token,
  WHATSAPP_APP_SECRET: LOCAL.appSecret,
  WHATSAPP_VERIFY_TOKEN: LOCAL.verifyToken,
  MONITORING_TOKEN: LOCAL.monitoringToken,
  UPSTASH_REDIS_REST_TOKEN: LOCAL.redisToken,
});

/** Writes what the functions emulator reads for this project; returns what removes it again. */
export function writeLocalConfig(
  projectId: string,
  simulatorUrl: string,
  redisUrl?: string,
): () => void {
  const parameters = join(ROOT, 'functions', `.env.${projectId}`);
  writeFileSync(parameters, lines(localParameters(simulatorUrl, redisUrl)));
  // The same for every local stack, so it may stay.
  writeFileSync(join(ROOT, 'functions', '.secret.local'), lines(localSecrets()));
  return () => rmSync(parameters, { force: true });
}

const lines = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join('');
