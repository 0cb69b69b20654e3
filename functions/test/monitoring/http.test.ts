import { beforeAll, beforeEach, expect, it } from 'vitest';
import { LOCAL } from '../../../scripts/lib/localConfig.ts';
import { monitoring } from '../../src/entry/http/monitoring';
import type { Status } from '../../src/monitoring/status';
import { watch } from '../../src/monitoring/watch';
import { clearCaches } from '../../src/platform/cache';
import { db } from '../../src/platform/firestore';
import { counter, takeSnapshot } from '../../src/platform/metrics';
import { flush } from '../../src/platform/telemetry';
import { host } from '../support/hosting';
import { useProject } from '../support/project';
import { clearFirestore, connectChannel } from '../support/stored';

useProject('monitoring-http');
let url: string;
beforeAll(async () => {
  url = await host(monitoring);
});
beforeEach(async () => {
  await clearFirestore();
  clearCaches();
  takeSnapshot();
});

const get = (path: string, token?: string): Promise<Response> =>
  fetch(
    `${url}${path}`,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
const statusOf = async (): Promise<Status> => {
  clearCaches();
  return (await get('/status', LOCAL.monitoringToken)).json() as Promise<Status>;
};

it('/health answers everybody, and says nothing else', async () => {
  const response = await get('/health');
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
});

it.each(['/metrics', '/status'])('%s is for those who bring the token', async (path) => {
  expect((await get(path)).status).toBe(401);
  expect((await get(path, 'wrong')).status).toBe(401);
  expect((await get(path, `${LOCAL.monitoringToken}x`)).status).toBe(401);
  expect((await get(path, LOCAL.monitoringToken)).status).toBe(200);
});

it('takes no other method and path', async () => {
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await get('/elsewhere')).status).toBe(404);
});

it('/metrics gives what all instances counted', async () => {
  counter('recado_requests_total', 'queue.normal', 'ok').inc(7);
  await flush();
  await watch(true);
  const response = await get('/metrics', LOCAL.monitoringToken);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await response.text();
  expect(text).toContain('recado_requests_total{function="queue.normal",outcome="ok"} 7\n');
  expect(text).toContain('recado_queue_depth{queue="messages"} 0\n');
});

it('/status says how it is, and why', async () => {
  await connectChannel('100000000000008');
  expect(await statusOf()).toMatchObject({ status: 'healthy', reasons: [] });

  await db().doc('deadLetters/1').set({ status: 'open', kind: 'task' });
  expect(await statusOf()).toMatchObject({
    status: 'degraded',
    reasons: [{ rule: 'dead-letters', text: '1 dead letters are open.' }],
  });

  await db()
    .doc('channels/100000000000008')
    .update({ paused: { reason: 'token', code: 190, at: 1 } });
  await db()
    .doc('schedules/everyMinute')
    .set({ everyMs: 60_000, lastRunAt: Date.now() - 30 * 60_000, outcome: 'ok', error: null });
  const status = await statusOf();
  expect(status.status).toBe('critical');
  expect(status.reasons.map(({ rule }) => rule)).toEqual([
    'channel-paused',
    'schedule-late',
    'dead-letters',
  ]);
  expect(status.schedules).toMatchObject([{ name: 'everyMinute', isLate: true }]);
  expect(status.limits).toMatchObject({
    heldBy: 'each-instance',
    reason: 'Redis is not configured: each instance holds the limits by itself.',
  });
});
