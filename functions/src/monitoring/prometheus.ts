import {
  BOUNDS,
  countsUpTo,
  fromPlain,
  quantile,
  type Distribution,
  type PlainDistribution,
} from '../shared/distribution';
import { METRICS, type Definition, type MetricName } from '../shared/metricCatalogue';
import { seriesOf, type Snapshot } from '../shared/snapshot';
import type { Facts, Totals } from './schema';

const QUANTILES = [0.5, 0.95, 0.99];

type Labels = Record<string, string>;
interface Line {
  suffix?: string;
  labels: Labels;
  value: number;
}

/**
 * The metrics of all instances in Prometheus' text format. Quantiles beside the histograms are of
 * the last minutes and right to 5 %.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function toPrometheus({ total }: Totals, facts: Facts | undefined): string {
  const names = Object.keys(METRICS) as MetricName[];
  const measured = names.map((name) => {
    const { kind, help }: Definition = METRICS[name];
    // Gauges of instances that are gone say nothing.
    const source = kind === 'gauge' ? (facts?.recent ?? {}) : total;
    return familyOf(name, kind, help, linesOf(source, name));
  });
  const quantiles = names
    .filter((name) => METRICS[name].kind === 'histogram')
    .map((name) =>
      familyOf(
        name.replace(/_seconds$/, '_quantile_seconds'),
        'gauge',
        `${METRICS[name].help} Quantiles of the last minutes.`,
        quantilesOf(facts?.recent ?? {}, name),
      ),
    );
  return [...measured, ...quantiles, ...(facts ? derived(facts) : [])].join('');
}

function linesOf(snapshot: Snapshot, name: MetricName): Line[] {
  return seriesOf(snapshot, name).flatMap(({ labels, value }) =>
    typeof value === 'number' ? [{ labels, value }] : histogramLines(labels, fromPlain(value)),
  );
}

const histogramLines = (labels: Labels, values: Distribution): Line[] => [
  ...countsUpTo(values).map((value, n) => ({
    suffix: '_bucket',
    labels: { ...labels, le: String(Number(BOUNDS[n]?.toPrecision(4))) },
    value,
  })),
  { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: values.count },
  { suffix: '_sum', labels, value: values.sum },
  { suffix: '_count', labels, value: values.count },
];

const quantilesOf = (snapshot: Snapshot, name: MetricName): Line[] =>
  seriesOf(snapshot, name).flatMap(({ labels, value }) => {
    const histogram = fromPlain(value as PlainDistribution);
    return QUANTILES.map((share) => ({
      labels: { ...labels, quantile: String(share) },
      value: quantile(histogram, share),
    }));
  });

/** What is known beside the instances' metrics. */
function derived(facts: Facts): string[] {
  const gauge = (name: string, help: string, lines: Line[]): string =>
    familyOf(name, 'gauge', help, lines);
  const one = (value: number): Line[] => [{ labels: {}, value }];
  return [
    gauge('recado_instances', 'Instances that flushed lately.', one(facts.instances)),
    gauge('recado_queue_depth', 'What is due and waits.', [
      { labels: { queue: 'messages' }, value: facts.queues.messages },
      { labels: { queue: 'jobs' }, value: facts.queues.jobs },
    ]),
    gauge('recado_dead_letters_open', 'Dead letters that wait.', one(facts.deadLetters)),
    gauge(
      'recado_media_expiring',
      "Customers' files that go within a day.",
      one(facts.expiringMedia),
    ),
    gauge('recado_firestore_spent_usd', 'List price of the day so far.', one(facts.spentUsd)),
    gauge(
      'recado_channel_paused',
      'Whether a number sends nothing.',
      facts.channels.map(({ id, paused }) => ({
        labels: { channel: id },
        value: paused ? 1 : 0,
      })),
    ),
    gauge(
      'recado_campaign_stalled_seconds',
      'How long something of a campaign has been due.',
      facts.campaigns.map(({ id, stalledMs }) => ({
        labels: { campaign: id },
        value: stalledMs / 1_000,
      })),
    ),
    gauge(
      'recado_schedule_last_run_timestamp_seconds',
      'When a schedule ran, to five minutes.',
      facts.schedules.map(({ name, lastRunAt }) => ({
        labels: { schedule: name },
        value: lastRunAt / 1_000,
      })),
    ),
    gauge(
      'recado_schedule_duration_seconds',
      'How long its last run took.',
      facts.schedules.map(({ name, durationMs }) => ({
        labels: { schedule: name },
        value: durationMs / 1_000,
      })),
    ),
  ];
}

function familyOf(name: string, kind: Definition['kind'], help: string, lines: Line[]): string {
  if (lines.length === 0) return '';
  const head = `# HELP ${name} ${help.replaceAll('\n', ' ')}\n# TYPE ${name} ${kind}\n`;
  return head + lines.map((line) => textOf(name, line)).join('');
}

function textOf(name: string, { suffix = '', labels, value }: Line): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  const braces = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
  return `${name}${suffix}${braces} ${value}\n`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
