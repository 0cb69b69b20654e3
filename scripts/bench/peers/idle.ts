import { freePorts } from '../../lib/ports.ts';
import { SCHEDULES } from '../../lib/schedules.ts';
import { differenceOf, startFunction, useOf, type Used } from '../processes.ts';

/** What a minute without a message uses: each schedule of every minute once, warm. */
export async function idleMinute(environment: Record<string, string>): Promise<Used> {
  const names = SCHEDULES.filter(({ everyMs }) => everyMs === 60_000).map(({ name }) =>
    name.replace('schedules-', ''),
  );
  const ports = await freePorts(Object.fromEntries(names.map((name) => [name, 0])));
  const processes = names.map((name) =>
    startFunction(`schedules.${name}`, `peers-${name}`, ports[name] as number, environment),
  );
  const call = (): Promise<unknown> =>
    Promise.all(names.map((name) => fetch(`http://127.0.0.1:${ports[name]}`, { method: 'POST' })));
  try {
    await Promise.all(processes.map(({ listening }) => listening));
    await call();
    await call();
    const before = await useOf(processes);
    await call();
    return differenceOf(await useOf(processes), before);
  } finally {
    await Promise.all(processes.map((each) => each.stop()));
  }
}
