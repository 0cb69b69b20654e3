import { chartsPage } from '../page.ts';
import { eachInterval } from '../pause.ts';
import { inMegabytes, megabytes } from '../table.ts';
import type { Job, Outcome } from '../types.ts';
import { collectGarbage } from './take.ts';
import { trendOf } from './trend.ts';

interface Sample {
  second: number;
  heapUsed: number;
  external: number;
  rss: number;
}

/** What is held in memory, garbage collected before each look, over time. */
export async function growth({ target, say, ...job }: Job): Promise<Outcome> {
  const { session } = target;
  const samples: Sample[] = [];
  await eachInterval(job, async (second) => {
    await collectGarbage(session);
    const memory = await session.evaluate<Omit<Sample, 'second'>>('process.memoryUsage()');
    samples.push({ second, ...memory });
    say(
      `${second.toFixed(0)} s: heap ${megabytes(memory.heapUsed)}, ` +
        `outside of it ${megabytes(memory.external)}, resident ${megabytes(memory.rss)}`,
    );
  });
  // Buffers are outside of the heap, and leak as well.
  const held = samples.map(({ second, heapUsed, external }) => ({
    x: second,
    y: heapUsed + external,
  }));
  const { perMinute, verdict } = trendOf(held);
  const text =
    `Held after garbage collection: ${verdict}` +
    (samples.length > 1
      ? `; ${megabytes(held[0]?.y ?? 0)} → ${megabytes(held.at(-1)?.y ?? 0)}, ` +
        `${perMinute < 0 ? '' : '+'}${megabytes(perMinute)} a minute by the fitted line`
      : '');
  const line = (name: string, key: 'heapUsed' | 'external' | 'rss') => ({
    name,
    points: samples.map((sample) => ({ x: sample.second, y: inMegabytes(sample[key]) })),
  });
  return {
    text,
    summary: { verdict, megabytesPerMinute: inMegabytes(perMinute), samples },
    page: chartsPage(`Heap growth of ${target.name}`, text, [
      {
        title: 'Held after garbage collection',
        unit: 'MB',
        lines: [line('heap', 'heapUsed'), line('outside of the heap', 'external')],
      },
      { title: 'Resident memory', unit: 'MB', lines: [line('resident', 'rss')] },
    ]),
    isBad: verdict === 'grows',
  };
}
