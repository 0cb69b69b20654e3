import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { measured } from '../../src/entry/measured';
import type { Alert, Totals } from '../../src/monitoring/schema';
import { readTotals, writeTotals, type StoredTotals } from '../../src/monitoring/store';
import { lastLook, watch } from '../../src/monitoring/watch';
import { now, setClock } from '../../src/platform/clock';
import { commit } from '../../src/platform/commit';
import { db } from '../../src/platform/firestore';
import { counter, takeSnapshot } from '../../src/platform/metrics';
import { flush } from '../../src/platform/telemetry';
import { AppError } from '../../src/shared/errors';
import { seriesOf } from '../../src/shared/snapshot';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { clearFirestore, connectChannel } from '../support/stored';

useProject('monitoring', { ALERT_EMAILS: 'ops@example.com, boss@example.com' });

/** What the webhook was told, and how it answers. */
let told: Record<string, unknown>[] = [];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString('utf8')));
    request.on('end', () => {
      told.push(JSON.parse(body || '{}') as Record<string, unknown>);
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['ALERT_WEBHOOK_URL'] =
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=secret`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  await clearFirestore();
  takeSnapshot();
  told = [];
  answer = (response) => response.writeHead(200).end();
});
let restoreClock = (): void => undefined;
afterEach(() => restoreClock());

const CHANNEL = '100000000000009';
const pause = (paused: object | null) => db().doc(`channels/${CHANNEL}`).update({ paused });
const alerts = async () =>
  (await db().collection('alerts').get()).docs.map((doc) => doc.data() as Alert);
const mails = async () => (await db().collection('mail').get()).docs.map((doc) => doc.data());
const requestsIn = ({ total }: Totals): number =>
  seriesOf(total, 'recado_requests_total').reduce((sum, { value }) => sum + Number(value), 0);

/** Without the precondition of the flushes' deletion, a few of them count twice. */
const ROUNDS = 30;

describe('metrics', () => {
  it('of a request reach the totals, by outcome', async () => {
    await measured(() => Promise.resolve());
    await expect(measured(() => Promise.reject(new Error('ours')))).rejects.toThrow();
    const refusal = new AppError('not-found', 'There is none.');
    await expect(measured(() => Promise.reject(refusal))).rejects.toThrow();
    await flush();
    await watch(true);
    const { totals } = await lastLook();
    const outcomes = seriesOf(totals.total, 'recado_requests_total').map(({ labels, value }) => [
      labels['outcome'],
      value,
    ]);
    expect(Object.fromEntries(outcomes)).toEqual({ ok: 1, error: 1, refused: 1 });
    expect(totals.total.recado_heap_bytes).toBeDefined();
    expect((await db().collection('telemetry').get()).size).toBe(1);
  });

  it('count once, though runs of the schedule overlap and flushes come in between', async () => {
    for (let n = 0; n < ROUNDS; n++) {
      counter('recado_requests_total', 'queue.normal', 'ok').inc(5);
      await flush();
      const runs = [watch(true), watch(true)];
      counter('recado_requests_total', 'queue.normal', 'ok').inc(5);
      await flush();
      await Promise.all([...runs, watch(true), watch(true)]);
    }
    await watch(true);
    expect(requestsIn((await lastLook()).totals)).toBe(ROUNDS * 10);
  });

  it('that somebody else merged meanwhile are not written over', async () => {
    await watch(true);
    const { data, version } = await readTotals();
    await watch(true);
    await expect(commit([writeTotals(data as StoredTotals, version)])).rejects.toThrow();
    await expect(commit([writeTotals(data as StoredTotals, undefined)])).rejects.toThrow();
  });

  it('cost a write a flush; a minute in which nothing happens costs one read', async () => {
    counter('recado_requests_total', 'queue.normal', 'ok').inc();
    expect(await billOf(flush)).toMatchObject({ reads: 0, writes: 1, deletes: 0 });
    await watch(true);
    const quiet = Math.floor(now() / 300_000) * 300_000 + 60_000;
    restoreClock = setClock(() => quiet);
    expect(await billOf(() => watch())).toMatchObject({ reads: 1, writes: 0, deletes: 0 });
    restoreClock();
    // Every five minutes: the flushes, the totals, campaigns, schedules, alerts, eight counts.
    const looks = await billOf(() => watch(true));
    expect(looks).toMatchObject({ writes: 1, deletes: 0 });
    expect(looks.reads).toBeLessThanOrEqual(15);
  });
});

describe('an alert', () => {
  beforeEach(() => connectChannel(CHANNEL));

  it('opens once, is told once, and is over when its cause is', async () => {
    await pause({ reason: 'token', code: 190, at: 1 });
    await Promise.all([watch(true), watch(true), watch(true)]);
    await watch(true);
    expect(await alerts()).toMatchObject([
      { rule: 'channel-paused', subject: CHANNEL, status: 'open', episode: 1, toTell: null },
    ]);
    expect(await mails()).toMatchObject([
      {
        to: ['ops@example.com', 'boss@example.com'],
        message: {
          subject: expect.stringContaining('A number sends nothing') as string,
          text: expect.stringContaining('docs/runbooks.md#channel-paused') as string,
        },
      },
    ]);
    expect(told).toMatchObject([
      { event: 'alert.opened', runbook: 'docs/runbooks.md#channel-paused' },
    ]);

    await pause(null);
    await watch(true);
    await watch(true);
    expect(await alerts()).toMatchObject([{ status: 'closed', isActive: false }]);
    expect(await mails()).toHaveLength(2);
    expect(told.map(({ event }) => event)).toEqual(['alert.opened', 'alert.closed']);

    await pause({ reason: 'payment', code: 131042, at: 2 });
    await watch(true);
    expect(await alerts()).toMatchObject([{ status: 'open', episode: 2 }]);
    expect(await mails()).toHaveLength(3);
  });

  it('is told until the webhook takes it', async () => {
    answer = (response) => response.writeHead(500).end();
    await pause({ reason: 'token', code: 190, at: 1 });
    await watch(true);
    expect(await alerts()).toMatchObject([
      { attempts: 1, toTell: 'opened', tellError: 'HTTP 500' },
    ]);
    answer = (response) => response.writeHead(204).end();
    await watch(true);
    expect(await alerts()).toMatchObject([{ attempts: 2, toTell: null, tellError: null }]);
    await watch(true);
    expect(told).toHaveLength(2);
  });

  it('follows no redirect and reads no answer of a hostile webhook', async () => {
    answer = (response, request) => {
      if (request.url !== '/elsewhere') response.writeHead(307, { location: '/elsewhere' }).end();
      else response.writeHead(200).end();
    };
    await pause({ reason: 'token', code: 190, at: 1 });
    await watch(true);
    expect(told).toHaveLength(1);
    expect(await alerts()).toMatchObject([{ tellError: 'HTTP 307' }]);
    // An answer without end: the headers are enough.
    answer = (response) => {
      response.writeHead(200);
      response.write('x'.repeat(1_000_000));
    };
    await watch(true);
    expect(await alerts()).toMatchObject([{ toTell: null }]);
    server.closeAllConnections();
  });

  it('of a webhook that never answers waits for its time only', { timeout: 20_000 }, async () => {
    answer = () => undefined;
    await pause({ reason: 'token', code: 190, at: 1 });
    const started = Date.now();
    await watch(true);
    expect(Date.now() - started).toBeLessThan(8_000);
    expect(await alerts()).toMatchObject([{ status: 'open', tellError: 'TimeoutError' }]);
    server.closeAllConnections();
  });
});
