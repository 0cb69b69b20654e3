/** What a metric is: `gauge` is the greatest value that any instance had lately. */
export interface Definition {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
}

/**
 * Every metric, by Prometheus' conventions: base units (seconds, bytes), counters end in `_total`.
 * `/metrics`, the dashboard and the alert rules are made from it; a new metric is a line here.
 */
export const METRICS = {
  recado_requests_total: {
    kind: 'counter',
    help: 'Requests handled, by outcome: ok, refused (the caller has to change something), retry, error.',
    labels: ['function', 'outcome'],
  },
  recado_request_duration_seconds: {
    kind: 'histogram',
    help: 'How long requests took.',
    labels: ['function'],
  },
  recado_firestore_operations_total: {
    kind: 'counter',
    help: 'What Firestore bills: reads, writes, deletes.',
    labels: ['function', 'operation'],
  },
  recado_firestore_requests_total: {
    kind: 'counter',
    help: 'Requests to Firestore: get, query, aggregate, write, other; ok or failed.',
    labels: ['request', 'outcome'],
  },
  recado_firestore_request_duration_seconds: {
    kind: 'histogram',
    help: 'How long requests to Firestore took.',
    labels: ['request'],
  },
  recado_slow_queries_total: {
    kind: 'counter',
    help: 'Queries over the threshold, by their shape.',
    labels: ['shape'],
  },
  recado_whatsapp_requests_total: {
    kind: 'counter',
    help: "Calls of WhatsApp's API, by outcome and error code.",
    labels: ['call', 'outcome', 'code'],
  },
  recado_whatsapp_request_duration_seconds: {
    kind: 'histogram',
    help: "How long calls of WhatsApp's API took.",
    labels: ['call'],
  },
  recado_tasks_enqueued_total: {
    kind: 'counter',
    help: 'Tasks handed to a queue: created, duplicate, failed.',
    labels: ['queue', 'outcome'],
  },
  recado_task_enqueue_duration_seconds: {
    kind: 'histogram',
    help: 'How long it took to hand over a task.',
    labels: [],
  },
  recado_cache_requests_total: {
    kind: 'counter',
    help: 'Look-ups in a cache, by tier and result.',
    labels: ['cache', 'tier', 'result'],
  },
  recado_cache_load_duration_seconds: {
    kind: 'histogram',
    help: 'How long it took to load what a cache did not have.',
    labels: ['cache'],
  },
  recado_redis_requests_total: {
    kind: 'counter',
    help: 'Requests to Redis, by outcome.',
    labels: ['command', 'outcome'],
  },
  recado_redis_request_duration_seconds: {
    kind: 'histogram',
    help: 'How long requests to Redis took.',
    labels: ['command'],
  },
  recado_heap_bytes: { kind: 'gauge', help: 'Used heap.', labels: ['function'] },
  recado_resident_bytes: { kind: 'gauge', help: 'Resident memory.', labels: ['function'] },
  recado_cpu_ratio: {
    kind: 'gauge',
    help: 'Processor time by the time in which requests were handled.',
    labels: ['function'],
  },
  recado_event_loop_delay_seconds: {
    kind: 'histogram',
    help: 'Delays of the event loop while requests were handled: the 99th percentile of each busy period.',
    labels: ['function'],
  },
  recado_gc_duration_seconds: {
    kind: 'histogram',
    help: 'Pauses for garbage collection.',
    labels: ['kind'],
  },
} as const satisfies Record<string, Definition>;

export type MetricName = keyof typeof METRICS;
export type NameOfKind<K extends Definition['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];
/** The values of a metric's labels, in order. */
export type LabelsOf<N extends MetricName> = Strings<(typeof METRICS)[N]['labels']>;
type Strings<T extends readonly string[]> = { -readonly [I in keyof T]: string };
