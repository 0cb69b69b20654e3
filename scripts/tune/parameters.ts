/** Functions that share the parameters of an instance, by their names in telemetry. */
interface Group {
  /** Those of them that load tests and sweeps reach. */
  functions: readonly string[];
  /** Whether these are all. */
  isWhole: boolean;
}

export const GROUPS = {
  webhook: { functions: ['whatsappWebhook'], isWhole: true },
  queue: { functions: ['queue.critical', 'queue.normal', 'queue.low'], isWhole: true },
  function: {
    functions: [
      'messages.send',
      'messages.sendBulk',
      'queue.metrics',
      'analytics.recordConversion',
      'schedules.everyMinute',
    ],
    isWhole: false,
  },
} as const satisfies Record<string, Group>;

/** A parameter that measurements speak about. Its default is in functions/src/params.ts. */
export interface Tuned {
  name: string;
  readAt: 'deploy' | 'run';
  /** Of an instance: what it is, and whose. */
  instance?: { size: 'memory' | 'concurrency'; group: keyof typeof GROUPS };
  /** The values that `--measure` tries, beside the present one; left out: load tests measure it. */
  candidates?: readonly number[];
  /** The benchmark whose goals speak for the default. */
  bench?: string;
}

const instance = (
  name: string,
  size: 'memory' | 'concurrency',
  group: keyof typeof GROUPS,
): Tuned => ({ name, readAt: 'deploy', instance: { size, group } });

/** Every parameter that is tuned; requests at once before the memory that depends on them. */
export const TUNED: readonly Tuned[] = [
  {
    ...instance('WEBHOOK_CONCURRENCY', 'concurrency', 'webhook'),
    candidates: [10, 20, 40, 80, 160],
    bench: 'ingest 1 a POST, 500 messages/s: p99',
  },
  instance('WEBHOOK_MEMORY_MIB', 'memory', 'webhook'),
  instance('QUEUE_CONCURRENCY', 'concurrency', 'queue'),
  instance('QUEUE_MEMORY_MIB', 'memory', 'queue'),
  instance('FUNCTION_CONCURRENCY', 'concurrency', 'function'),
  instance('FUNCTION_MEMORY_MIB', 'memory', 'function'),
  {
    ...{ name: 'CAMPAIGN_MICRO_BATCH', readAt: 'run' },
    candidates: [10, 20, 40, 80],
    bench: 'campaign 80/s: used, steady',
  },
  {
    ...{ name: 'CONVERSATION_CACHE_MIB', readAt: 'run' },
    candidates: [1, 2, 4, 8, 16],
    bench: 'cache a quarter of an hour of an inbox: answered by caches',
  },
  { ...{ name: 'FIRESTORE_IDLE_CHANNELS', readAt: 'run' }, candidates: [1, 2, 4] },
];

export const tunedNamed = (name: string): Tuned | undefined =>
  TUNED.find((tuned) => tuned.name === name);

/** What measures a parameter. */
export const commandFor = ({ name, instance: of, candidates }: Tuned): string => {
  if (candidates) return `npm run tune -- --measure ${name}`;
  // The short form shares its processors with the emulators; memory does not mind.
  return of?.size === 'concurrency' ? 'npm run load -- load --full' : 'npm run load -- load';
};
