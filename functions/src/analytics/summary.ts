import { EVENTS, type EventName } from '../shared/fact';
import { percentiles } from '../shared/histogram';
import { MEASURES, type Measure } from './names';

/** Where the values of a measure lie: milliseconds, or messages for `queueDepth`. */
export interface Distribution {
  count: number;
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
}

/** The figures of a period, or of a range. */
export type Summary = Record<EventName, number> & {
  /** In the smallest unit of the business's currency. */
  conversionValue: number;
  /** Shares from 0 to 1; null where there is nothing to divide by. */
  deliveryRate: number | null;
  readRate: number | null;
  replyRate: number | null;
} & Record<Measure, Distribution>;

/** Counts by name; see names.ts. */
export type Sums = Map<string, number>;

/** What counts come to. */
export function summaryOf(sums: Sums): Summary {
  const of = (name: string): number => sums.get(name) ?? 0;
  const counts = Object.fromEntries(EVENTS.map((event) => [event, of(event)]));
  const measures = Object.fromEntries(
    MEASURES.map((measure) => [measure, distributionOf(sums, measure)]),
  );
  return {
    ...(counts as Record<EventName, number>),
    conversionValue: of('conversionValue'),
    deliveryRate: rate(of('delivered'), of('sent')),
    readRate: rate(of('read'), of('delivered')),
    replyRate: rate(of('replied'), of('sent')),
    ...(measures as Record<Measure, Distribution>),
  };
}

/** What was sent just before a range is delivered in it, so a share of it may be over 1. */
const rate = (part: number, whole: number): number | null =>
  whole <= 0 ? null : Math.min(1, part / whole);

function distributionOf(sums: Sums, measure: Measure): Distribution {
  const histogram = new Map<number, number>();
  for (const [name, count] of sums) {
    const [of, bucket] = name.split('.');
    if (of === measure) histogram.set(Number(bucket), count);
  }
  const [p50 = null, p90 = null, p95 = null, p99 = null] = percentiles(
    histogram,
    [0.5, 0.9, 0.95, 0.99],
  );
  const count = [...histogram.values()].reduce((sum, some) => sum + some, 0);
  return { count, p50, p90, p95, p99 };
}
