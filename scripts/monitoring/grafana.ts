import type { Source } from './types.ts';

type Unit = 's' | 'bytes' | 'percentunit' | 'short' | 'reqps' | 'currencyUSD' | 'dtdurations';

interface Panel {
  title: string;
  unit: Unit;
  queries: { expr: string; legend: string }[];
  /** A line across the panel, in the panel's unit. */
  limit?: number;
  /** Names of metrics that it shows, so that none is forgotten. */
  shows: string[];
}

const COLUMNS = 2;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 8;

/** A dashboard for Grafana, over any Prometheus that scrapes `/metrics`. */
export function dashboardOf(source: Source): object {
  const panels = panelsOf(source);
  const shown = new Set(panels.flatMap(({ shows }) => shows));
  const forgotten = Object.keys(source.metrics).filter((name) => !shown.has(name));
  if (forgotten.length > 0) throw new Error(`No panel shows ${forgotten.join(', ')}.`);
  return {
    uid: 'recado',
    title: 'Recado',
    tags: ['recado'],
    timezone: 'browser',
    schemaVersion: 39,
    version: 1,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }],
    },
    panels: panels.map((panel, n) => panelOf(panel, n)),
  };
}

function panelsOf({ thresholds }: Source): Panel[] {
  const { latencyMs, resources, alerts } = thresholds;
  const seconds = (what: string): number => (latencyMs[what]?.p99 ?? 0) / 1_000;
  const percent = (value = 0): number => value / 100;
  return [
    {
      title: 'Requests a second, by function',
      unit: 'reqps',
      queries: [sum('rate(recado_requests_total[5m])', 'function')],
      shows: ['recado_requests_total'],
    },
    {
      title: 'Share of errors, by function',
      unit: 'percentunit',
      queries: [
        {
          expr: 'sum by (function) (rate(recado_requests_total{outcome="error"}[5m])) / sum by (function) (rate(recado_requests_total[5m]))',
          legend: '{{function}}',
        },
      ],
      limit: percent(alerts['errorPercent']?.opensAt),
      shows: [],
    },
    latency('Latency of functions', 'recado_request_duration_seconds', 'function'),
    latency('Firestore', 'recado_firestore_request_duration_seconds', 'request', seconds('read')),
    {
      title: 'Billed Firestore operations a second',
      unit: 'short',
      queries: [sum('rate(recado_firestore_operations_total[5m])', 'operation')],
      shows: ['recado_firestore_operations_total'],
    },
    {
      title: 'Failed requests to Firestore',
      unit: 'reqps',
      queries: [sum('rate(recado_firestore_requests_total{outcome="failed"}[5m])', 'request')],
      shows: ['recado_firestore_requests_total'],
    },
    {
      title: 'Slow queries, by shape',
      unit: 'short',
      queries: [sum('increase(recado_slow_queries_total[5m])', 'shape')],
      shows: ['recado_slow_queries_total'],
    },
    {
      title: 'Firestore today, at list price',
      unit: 'currencyUSD',
      queries: [{ expr: 'recado_firestore_spent_usd', legend: 'USD' }],
      shows: [],
    },
    latency(
      "WhatsApp's API",
      'recado_whatsapp_request_duration_seconds',
      'call',
      seconds('whatsappCall'),
    ),
    {
      title: "Calls of WhatsApp's API, by outcome and code",
      unit: 'reqps',
      queries: [
        {
          expr: 'sum by (outcome, code) (rate(recado_whatsapp_requests_total[5m]))',
          legend: '{{outcome}} {{code}}',
        },
      ],
      shows: ['recado_whatsapp_requests_total'],
    },
    {
      title: 'Tasks handed over',
      unit: 'reqps',
      queries: [
        {
          expr: 'sum by (queue, outcome) (rate(recado_tasks_enqueued_total[5m]))',
          legend: '{{queue}} {{outcome}}',
        },
      ],
      shows: ['recado_tasks_enqueued_total'],
    },
    latency('Handing over a task', 'recado_task_enqueue_duration_seconds', '', seconds('queueAdd')),
    {
      title: 'What waits',
      unit: 'short',
      queries: [
        { expr: 'recado_queue_depth', legend: '{{queue}}' },
        { expr: 'recado_dead_letters_open', legend: 'dead letters' },
        { expr: 'recado_media_expiring', legend: 'expiring media' },
      ],
      shows: [],
    },
    {
      title: 'Cache, by result',
      unit: 'reqps',
      queries: [
        {
          expr: 'sum by (cache, tier, result) (rate(recado_cache_requests_total[5m]))',
          legend: '{{cache}} {{tier}} {{result}}',
        },
      ],
      shows: ['recado_cache_requests_total'],
    },
    latency('What a cache did not have', 'recado_cache_load_duration_seconds', 'cache'),
    {
      title: 'Redis, by outcome',
      unit: 'reqps',
      queries: [sum('rate(recado_redis_requests_total[5m])', 'outcome')],
      shows: ['recado_redis_requests_total'],
    },
    latency('Redis', 'recado_redis_request_duration_seconds', 'command'),
    gauge('Heap', 'recado_heap_bytes', 'bytes', mb(resources['heapMb'])),
    gauge('Resident memory', 'recado_resident_bytes', 'bytes', mb(resources['rssMb'])),
    gauge('Processor', 'recado_cpu_ratio', 'percentunit', percent(resources['cpuPercent'])),
    latency(
      "The event loop's delay",
      'recado_event_loop_delay_seconds',
      'function',
      (resources['eventLoopDelayMs'] ?? 0) / 1_000,
    ),
    latency('Garbage collection', 'recado_gc_duration_seconds', 'kind'),
    {
      title: 'Numbers and campaigns that stand still',
      unit: 'short',
      queries: [
        { expr: 'recado_channel_paused', legend: 'paused {{channel}}' },
        { expr: 'recado_campaign_stalled_seconds / 60', legend: 'minutes {{campaign}}' },
      ],
      shows: [],
    },
    {
      title: 'Time since schedules ran',
      unit: 'dtdurations',
      queries: [
        {
          expr: 'time() - recado_schedule_last_run_timestamp_seconds',
          legend: '{{schedule}}',
        },
      ],
      shows: [],
    },
    {
      title: 'Instances, and how long schedules take',
      unit: 'short',
      queries: [
        { expr: 'recado_instances', legend: 'instances' },
        { expr: 'recado_schedule_duration_seconds', legend: '{{schedule}} s' },
      ],
      shows: [],
    },
  ];
}

const mb = (value = 0): number => value * 1024 * 1024;

const sum = (expr: string, by: string): Panel['queries'][number] => ({
  expr: `sum by (${by}) (${expr})`,
  legend: `{{${by}}}`,
});

const latency = (title: string, name: string, by: string, limit?: number): Panel => ({
  title: `${title}: p50, p95, p99`,
  unit: 's',
  queries: ['0.5', '0.95', '0.99'].map((share) => ({
    expr: `${name.replace(/_seconds$/, '_quantile_seconds')}{quantile="${share}"}`,
    legend: `${by === '' ? '' : `{{${by}}} `}${share}`,
  })),
  ...(limit === undefined ? {} : { limit }),
  shows: [name],
});

const gauge = (title: string, name: string, unit: Unit, limit: number): Panel => ({
  title: `${title}: the greatest instance of each function`,
  unit,
  queries: [{ expr: name, legend: '{{function}}' }],
  limit,
  shows: [name],
});

function panelOf({ title, unit, queries, limit }: Panel, n: number): object {
  return {
    id: n + 1,
    title,
    type: 'timeseries',
    datasource: { type: 'prometheus', uid: '${datasource}' },
    gridPos: {
      x: (n % COLUMNS) * WIDTH,
      y: Math.floor(n / COLUMNS) * HEIGHT,
      w: WIDTH,
      h: HEIGHT,
    },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(limit === undefined
          ? {}
          : {
              custom: { thresholdsStyle: { mode: 'line' } },
              thresholds: {
                mode: 'absolute',
                steps: [
                  { color: 'green', value: null },
                  { color: 'red', value: limit },
                ],
              },
            }),
      },
      overrides: [],
    },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      expr,
      legendFormat: legend,
    })),
  };
}
