import { expect, it } from 'vitest';
import { emptyDistribution, record, toPlain } from '../shared/distribution';
import { toPrometheus } from './prometheus';
import { noTotals } from './totals';

const LINE =
  /^(?:# (?:HELP|TYPE) .+|[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? -?[\d.e+-]+)$/;

it('is valid text: counters, histograms that add up, labels without harm', () => {
  const durations = emptyDistribution();
  for (const seconds of [0.0005, 0.003, 0.2, 0.2, 90]) record(durations, seconds);
  const text = toPrometheus(
    {
      ...noTotals(),
      total: {
        recado_requests_total: { 'queue.normal|ok': 5 },
        recado_slow_queries_total: { 'messages where "a"\\b\n': 1 },
        recado_request_duration_seconds: { 'queue.normal': toPlain(durations) },
      },
    },
    undefined,
  );
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(LINE);
  expect(text).toContain('# TYPE recado_requests_total counter\n');
  expect(text).toContain('recado_requests_total{function="queue.normal",outcome="ok"} 5\n');
  expect(text).toContain('shape="messages where \\"a\\"\\\\b\\n"');
  expect(text).toContain('recado_request_duration_seconds_count{function="queue.normal"} 5\n');
  const buckets = [...text.matchAll(/duration_seconds_bucket\{.*le="(.+)"\} (\d+)/g)].map(
    ([, le, count]) => [Number(le?.replace('+Inf', 'Infinity')), Number(count)] as const,
  );
  expect(buckets).toHaveLength(18);
  expect(buckets[0]).toEqual([0.001, 1]);
  expect(buckets.at(-1)).toEqual([Infinity, 5]);
  expect(buckets.map(([, count]) => count)).toEqual(
    buckets.map(([, count]) => count).sort((a, b) => a - b),
  );
});
