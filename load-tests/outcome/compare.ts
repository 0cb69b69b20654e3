import thresholds from '../../functions/src/shared/thresholds.json' with { type: 'json' };
import type { Latency } from '../recorder.ts';
import type { Result } from './result.ts';

/** A figure of a run beside the same one of an earlier run. */
export interface Comparison {
  name: string;
  before: number;
  now: number;
  /** How much more it is, in percent; below 0: less. */
  percent: number;
  /** More than chance makes it. */
  isWorse: boolean;
}

const { regressionPercent, noiseMs } = thresholds.load;
const SHARES = ['p50', 'p95', 'p99'] as const;
type Comparable = Pick<Result, 'profile' | 'form' | 'target' | 'families' | 'realtime'>;

/** Whether it says anything to compare two runs. */
export const areComparable = (a: Comparable, b: Comparable): boolean =>
  a.profile === b.profile && a.form === b.form && a.target === b.target;

/** Compares latencies of families that both runs have. Pure. */
export function compare(now: Comparable, before: Comparable): Comparison[] {
  const earlier = new Map<string, Latency>(before.families.map((row) => [row.name, row]));
  if (before.realtime.count > 0) earlier.set('realtime', before.realtime);
  const rows: [string, Latency][] = now.families.map((row) => [row.name, row]);
  if (now.realtime.count > 0) rows.push(['realtime', now.realtime]);
  return rows.flatMap(([name, latency]) => {
    const old = earlier.get(name);
    if (!old) return [];
    return SHARES.map((share) => comparison(`${name} ${share}`, old[share], latency[share]));
  });
}

function comparison(name: string, before: number, now: number): Comparison {
  const percent = before === 0 ? 0 : (now / before - 1) * 100;
  const isWorse = now - before > noiseMs && now > before * (1 + regressionPercent / 100);
  return { name, before, now, percent, isWorse };
}
