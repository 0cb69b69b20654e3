import { fromPlain, merge, toPlain, type PlainDistribution } from './distribution';
import { METRICS, type MetricName } from './metricCatalogue';

/** Values of metrics as JSON: by name, then by the labels' values, joined. */
export type Snapshot = Partial<Record<MetricName, Record<string, number | PlainDistribution>>>;

/** Between the values of labels. */
export const SEPARATOR = '|';

/** Adds `more` to `snapshot`: counters and histograms add up, of gauges the greater one stays. */
export function addSnapshot(snapshot: Snapshot, more: Snapshot): void {
  for (const [name, series] of Object.entries(more) as [MetricName, Snapshot[MetricName]][]) {
    // An older version may have flushed what this one does not know any more.
    if (!(name in METRICS)) continue;
    const target = (snapshot[name] ??= {});
    for (const [labels, value] of Object.entries(series ?? {})) {
      target[labels] = sum(METRICS[name].kind === 'gauge', target[labels], value);
    }
  }
}

function sum(
  isGauge: boolean,
  a: number | PlainDistribution | undefined,
  b: number | PlainDistribution,
): number | PlainDistribution {
  if (a === undefined) return b;
  if (typeof a === 'number' || typeof b === 'number') {
    return isGauge ? Math.max(Number(a), Number(b)) : Number(a) + Number(b);
  }
  const total = fromPlain(a);
  merge(total, fromPlain(b));
  return toPlain(total);
}

/** A metric's series, each with the values of its labels by name. */
export function seriesOf(
  snapshot: Snapshot,
  name: MetricName,
): { labels: Record<string, string>; value: number | PlainDistribution }[] {
  const names: readonly string[] = METRICS[name].labels;
  return Object.entries(snapshot[name] ?? {}).map(([key, value]) => {
    const values = key.split(SEPARATOR);
    return { labels: Object.fromEntries(names.map((label, n) => [label, values[n] ?? ''])), value };
  });
}
