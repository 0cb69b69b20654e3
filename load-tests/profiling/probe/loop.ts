import thresholds from '../../../functions/src/shared/thresholds.json' with { type: 'json' };
import { chartsPage } from '../page.ts';
import { textTable } from '../table.ts';
import type { Job, Outcome } from '../types.ts';
import { observe, type Delay } from './probe.ts';

const FIGURES = ['p50', 'p95', 'p99', 'max'] as const;
const LIMIT_MS = thresholds.resources.eventLoopDelayMs;

/** How long whatever runs keeps everything else waiting, over time. */
export async function loop(job: Job): Promise<Outcome> {
  const rows: ({ second: number } & Partial<Delay>)[] = [];
  let whole: Delay | null = null;
  await observe(job, (second, reading) => {
    rows.push({ second, ...reading.delay });
    whole = reading.whole ?? whole;
  });
  const total = whole as Delay | null;
  const verdict =
    total === null
      ? 'The event loop did not turn once.'
      : `Event-loop delay: p50 ${shown(total.p50)}, p95 ${shown(total.p95)}, p99 ${shown(total.p99)}, ` +
        `max ${shown(total.max)}; p99 is ${total.p99 > LIMIT_MS ? 'over' : 'within'} the limit of ${LIMIT_MS} ms`;
  const text = [
    verdict,
    textTable(
      ['second', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'],
      rows.map((row) => [row.second, ...FIGURES.map((figure) => row[figure] ?? 'blocked')]),
    ),
  ].join('\n\n');
  return {
    text,
    summary: { whole: total, limitMs: LIMIT_MS, rows },
    page: chartsPage(`Event-loop delay of ${job.target.name}`, text, [
      {
        title: 'Event-loop delay',
        unit: 'ms',
        limit: LIMIT_MS,
        lines: FIGURES.map((name) => ({
          name,
          points: rows.flatMap((row) =>
            row[name] === undefined ? [] : { x: row.second, y: row[name] },
          ),
        })),
      },
    ]),
  };
}

const shown = (ms: number): string => `${ms.toFixed(1)} ms`;
