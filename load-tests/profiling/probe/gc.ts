import { chartsPage } from '../page.ts';
import { textTable } from '../table.ts';
import type { Job, Outcome } from '../types.ts';
import { observe, type Pause } from './probe.ts';

/** The collections of one kind; times in milliseconds. */
export interface Collections {
  kind: string;
  count: number;
  totalMs: number;
  maxMs: number;
}

/** How much time garbage collection takes, by its kind. */
export async function gc(job: Job): Promise<Outcome> {
  const pauses: Pause[] = [];
  const seconds: { second: number; ms: number }[] = [];
  await observe(job, (second, reading) => {
    pauses.push(...reading.pauses);
    seconds.push({ second, ms: reading.pauses.reduce((sum, { ms }) => sum + ms, 0) });
  });
  const kinds = collectionsOf(pauses);
  const total = kinds.reduce((sum, { totalMs }) => sum + totalMs, 0);
  const length = seconds.at(-1)?.second ?? 0;
  const share = length > 0 ? total / length / 10 : 0;
  const text = [
    `${pauses.length} collections in ${length.toFixed(1)} s, ${total.toFixed(1)} ms in all: ${share.toFixed(2)} % of the time`,
    textTable(
      ['kind', 'count', 'total ms', 'mean ms', 'max ms'],
      kinds.map(({ kind, count, totalMs, maxMs }) => [
        kind,
        count,
        totalMs,
        totalMs / count,
        maxMs,
      ]),
    ),
  ].join('\n\n');
  return {
    text,
    summary: { seconds: length, sharePercent: share, kinds },
    page: chartsPage(`Garbage collection of ${job.target.name}`, text, [
      {
        title: 'Time in garbage collection',
        unit: 'ms an interval',
        lines: [
          { name: 'all kinds', points: seconds.map(({ second, ms }) => ({ x: second, y: ms })) },
        ],
      },
    ]),
  };
}

/** Sums pauses up by kind, the longest in all first. Pure. */
export function collectionsOf(pauses: readonly Pause[]): Collections[] {
  const kinds = Map.groupBy(pauses, ({ kind }) => kind);
  return [...kinds]
    .map(([kind, own]) => ({
      kind,
      count: own.length,
      totalMs: own.reduce((sum, { ms }) => sum + ms, 0),
      maxMs: own.reduce((most, { ms }) => Math.max(most, ms), 0),
    }))
    .sort((a, b) => b.totalMs - a.totalMs);
}
