import { appendFileSync } from 'node:fs';
import { chartsPage } from '../page.ts';
import { inMegabytes } from '../table.ts';
import type { Job, Outcome } from '../types.ts';
import { observe } from './probe.ts';

/** A line of the watch. */
export interface Seen {
  /** Epoch ms. */
  at: number;
  second: number;
  rssMb: number;
  heapMb: number;
  externalMb: number;
  loopDelayP99Ms: number | null;
  gcMs: number;
  /** Of one core. */
  cpuPercent: number;
  handles: number;
}

/** Everything at a glance, a line each interval, until it is stopped. */
export async function watch(job: Job): Promise<Outcome> {
  const seen: Seen[] = [];
  const path = job.file('.jsonl');
  let last = 0;
  await observe(job, (second, { delay, pauses, rss, heapUsed, external, cpuMs, handles }) => {
    const line: Seen = {
      at: Date.now(),
      second,
      rssMb: inMegabytes(rss),
      heapMb: inMegabytes(heapUsed),
      externalMb: inMegabytes(external),
      loopDelayP99Ms: delay?.p99 ?? null,
      gcMs: pauses.reduce((sum, { ms }) => sum + ms, 0),
      cpuPercent: cpuMs / (second - last) / 10,
      handles,
    };
    last = second;
    seen.push(line);
    appendFileSync(path, `${JSON.stringify(line)}\n`);
    job.say(told(line));
  });
  const line = (name: string, key: keyof Seen) => ({
    name,
    points: seen.map((each) => ({ x: each.second, y: each[key] ?? 0 })),
  });
  const end = seen.at(-1);
  const text = end
    ? `Watched for ${end.second.toFixed(0)} s; resident ${mb(seen[0]?.rssMb)} → ${mb(end.rssMb)}, heap ${mb(seen[0]?.heapMb)} → ${mb(end.heapMb)}`
    : 'It ended before there was anything to see.';
  return {
    text,
    summary: { seconds: end?.second ?? 0, first: seen[0], last: end, lines: seen.length },
    page: chartsPage(`Watch of ${job.target.name}`, text, [
      {
        title: 'Memory',
        unit: 'MB',
        lines: [
          line('resident', 'rssMb'),
          line('heap', 'heapMb'),
          line('outside of the heap', 'externalMb'),
        ],
      },
      { title: 'Processor', unit: '% of a core', lines: [line('processor', 'cpuPercent')] },
      {
        title: 'Event-loop delay and garbage collection',
        unit: 'ms',
        lines: [line('delay p99', 'loopDelayP99Ms'), line('collection', 'gcMs')],
      },
      { title: 'Active handles', unit: '', lines: [line('handles', 'handles')] },
    ]),
  };
}

const mb = (value = 0): string => `${value.toFixed(1)} MB`;

const told = ({ second, loopDelayP99Ms, gcMs, cpuPercent, handles, ...memory }: Seen): string =>
  [
    `${second.toFixed(0)} s`.padStart(6),
    `rss ${mb(memory.rssMb)}`,
    `heap ${mb(memory.heapMb)}`,
    `external ${mb(memory.externalMb)}`,
    `loop p99 ${loopDelayP99Ms === null ? 'blocked' : `${loopDelayP99Ms.toFixed(1)} ms`}`,
    `gc ${gcMs.toFixed(1)} ms`,
    `cpu ${cpuPercent.toFixed(0)} %`,
    `${handles} handles`,
  ].join('  ');
