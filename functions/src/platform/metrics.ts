import { emptyDistribution, record, toPlain, type Distribution } from '../shared/distribution';
import type { LabelsOf, MetricName, NameOfKind } from '../shared/metricCatalogue';
import { SEPARATOR, type Snapshot } from '../shared/snapshot';

/**
 * The metrics of this instance since the last flush, in memory. A series is looked up by its labels
 * once and kept by who counts often; counting is then an addition.
 */

/** More series than that of one metric are counted as one whose labels are all "other". */
const MAX_SERIES = 200;

interface Series {
  /** What was counted since the last time; `undefined`: nothing. Forgets it. */
  take(): number | ReturnType<typeof toPlain> | undefined;
}

class Counter implements Series {
  #value = 0;
  inc(by = 1): void {
    this.#value += by;
  }
  take(): number | undefined {
    const value = this.#value;
    this.#value = 0;
    return value === 0 ? undefined : value;
  }
}

class Gauge implements Series {
  #value: number | undefined;
  /** Keeps the greatest value until the next flush. */
  set(value: number): void {
    if (this.#value === undefined || value > this.#value) this.#value = value;
  }
  take(): number | undefined {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}

class Histogram implements Series {
  #values: Distribution = emptyDistribution();
  observe(value: number): void {
    record(this.#values, value);
  }
  take(): ReturnType<typeof toPlain> | undefined {
    if (this.#values.count === 0) return undefined;
    const plain = toPlain(this.#values);
    this.#values = emptyDistribution();
    return plain;
  }
}

const families = new Map<MetricName, Map<string, Series>>();

function seriesOf<S extends Series>(name: MetricName, labels: readonly string[], make: () => S): S {
  let family = families.get(name);
  if (!family) families.set(name, (family = new Map<string, Series>()));
  const known = family.get(labels.join(SEPARATOR));
  if (known) return known as S;
  const kept = family.size < MAX_SERIES ? labels.map(clean) : labels.map(() => 'other');
  const key = kept.join(SEPARATOR);
  const made = (family.get(key) as S | undefined) ?? make();
  family.set(key, made);
  return made;
}

const clean = (label: string): string => label.replaceAll(SEPARATOR, '/').slice(0, 200);

/** The counter of a metric with these labels. */
export const counter = <N extends NameOfKind<'counter'>>(
  name: N,
  ...labels: LabelsOf<N>
): Counter => seriesOf(name, labels, () => new Counter());

/** The gauge of a metric with these labels. */
export const gauge = <N extends NameOfKind<'gauge'>>(name: N, ...labels: LabelsOf<N>): Gauge =>
  seriesOf(name, labels, () => new Gauge());

/** The histogram of a metric with these labels; durations in seconds. */
export const histogram = <N extends NameOfKind<'histogram'>>(
  name: N,
  ...labels: LabelsOf<N>
): Histogram => seriesOf(name, labels, () => new Histogram());

/** All that was counted since the last call, which forgets it. */
export function takeSnapshot(): Snapshot {
  const snapshot: Snapshot = {};
  for (const [name, family] of families) {
    const values: NonNullable<Snapshot[MetricName]> = {};
    for (const [labels, series] of family) {
      const value = series.take();
      if (value !== undefined) values[labels] = value;
    }
    if (Object.keys(values).length > 0) snapshot[name] = values;
  }
  return snapshot;
}
