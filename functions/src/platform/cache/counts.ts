import { counter, histogram } from '../metrics';

/** What became of a look-up. `stale`: answered from what is kept, and loaded anew beside. */
export type Result = 'hit' | 'stale' | 'miss' | 'error';
export type Tier = 'memory' | 'redis' | 'source';

/** The counts of one cache, with what happens often looked up once. */
export function countsOf(cache: string): {
  count(tier: Tier, result: Result): void;
  loaded(milliseconds: number): void;
} {
  const counters = new Map<string, ReturnType<typeof counter>>();
  let durations: ReturnType<typeof histogram> | undefined;
  return {
    count(tier, result) {
      const key = tier + result;
      let series = counters.get(key);
      if (!series) {
        series = counter('recado_cache_requests_total', cache, tier, result);
        counters.set(key, series);
      }
      series.inc();
    },
    loaded(milliseconds) {
      durations ??= histogram('recado_cache_load_duration_seconds', cache);
      durations.observe(milliseconds / 1_000);
    },
  };
}
