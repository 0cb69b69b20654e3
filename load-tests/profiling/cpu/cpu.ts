import { writeFileSync } from 'node:fs';
import { pause } from '../pause.ts';
import { textTable } from '../table.ts';
import type { Job, Outcome } from '../types.ts';
import { aggregate, type CpuProfile, type CpuSummary } from './aggregate.ts';
import { flamePage } from './flame.ts';

const INTERVAL_US = 500;
const FUNCTIONS = 20;
const OWNERS = 12;

/** Where the processor's time goes: a .cpuprofile, a flame graph, and who takes most. */
export async function cpu({ target, seconds, stop, file }: Job): Promise<Outcome> {
  const { session } = target;
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.send('Profiler.start');
  await pause(seconds, stop);
  const { profile } = await session.send<{ profile: CpuProfile }>('Profiler.stop');
  await session.send('Profiler.disable');
  writeFileSync(file('.cpuprofile'), JSON.stringify(profile));
  const summary = aggregate(profile);
  const { functions, owners, busyMs, idleMs } = summary;
  return {
    text: describe(summary),
    summary: {
      seconds: summary.seconds,
      ...{ busyMs, idleMs, owners },
      functions: functions.slice(0, FUNCTIONS),
    },
    page: flamePage(`CPU of ${target.name}`, summary),
  };
}

function describe({ seconds, busyMs, functions, owners }: CpuSummary): string {
  const share = (ms: number): number => (busyMs > 0 ? (ms / busyMs) * 100 : 0);
  const busy = seconds > 0 ? busyMs / seconds / 10 : 0;
  return [
    `${seconds.toFixed(1)} s, busy ${busy.toFixed(0)} % of them; % are of the busy time`,
    textTable(
      ['self ms', '%', 'total ms', 'function', 'at'],
      functions
        .slice(0, FUNCTIONS)
        .map(({ selfMs, totalMs, name, at, owner }) => [
          selfMs,
          share(selfMs),
          totalMs,
          name,
          at || owner,
        ]),
    ),
    textTable(
      ['self ms', '%', 'whose'],
      owners.slice(0, OWNERS).map(({ owner, selfMs }) => [selfMs, share(selfMs), owner]),
    ),
  ].join('\n\n');
}
