import { LOCAL } from './localConfig.ts';
import type { Stack } from './stack.ts';

/** The schedules of functions/src/entry/schedules, with how often each runs. */
export const SCHEDULES = [
  { name: 'schedules-everyMinute', everyMs: 60_000 },
  { name: 'schedules-campaigns', everyMs: 60_000 },
  { name: 'schedules-monitoring', everyMs: 60_000 },
  { name: 'schedules-analytics', everyMs: 60_000 },
  { name: 'schedules-hourly', everyMs: 3_600_000 },
  { name: 'schedules-daily', everyMs: 86_400_000 },
];

/** Runs a schedule once; the functions emulator leaves them to others. */
export async function runSchedule(stack: Stack, name = 'schedules-everyMinute'): Promise<void> {
  const url = `http://127.0.0.1:${stack.ports.functions}/functions/projects/${stack.projectId}/triggers/${LOCAL.region}-${name}-0`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (!response.ok)
    throw new Error(`${name} answered ${response.status}: ${await response.text()}`);
}

/** Runs the schedules at their times, as Cloud Scheduler does; gives what ends it. */
export function startSchedules(stack: Stack): () => void {
  const timers = SCHEDULES.map(({ name, everyMs }) =>
    setInterval(() => {
      runSchedule(stack, name).catch((error: unknown) => console.error(String(error)));
    }, everyMs),
  );
  return () => timers.forEach(clearInterval);
}
