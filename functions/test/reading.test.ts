import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { batch } from '../src/entry/callables/batch';
import { deadLettersList } from '../src/entry/callables/deadLettersList';
import { READINGS } from '../src/entry/readings';
import { db } from '../src/platform/firestore';
import { receiveWebhook } from '../src/webhooks/receive';
import { deployedFunctions } from '../../scripts/bench/coldstart/functions.ts';
import { as, call, codeOf, storeTeam } from './support/calling';
import { host } from './support/hosting';
import { billOf } from './support/meter';
import { useProject } from './support/project';
import { signIn } from './support/signIn';
import { connectChannel, conversationOf } from './support/stored';
import { messagesBody, textMessage } from './support/webhooks';

useProject('reading');

const conversationId = conversationOf('34600111222');
const letter = (n: number) => ({
  kind: 'webhook',
  reason: `reason ${n}`,
  raw: 'raw '.repeat(100),
  parts: 0,
  source: null,
  status: 'open',
  createdAt: n,
  replayedAt: null,
});

beforeAll(async () => {
  await connectChannel();
  await storeTeam();
  await receiveWebhook(
    messagesBody([{ from: { phone: '34600111222' }, message: textMessage('wamid.1') }]),
  );
  await Promise.all([1, 2, 3, 4, 5].map((n) => db().doc(`deadLetters/l${n}`).set(letter(n))));
});

const letters = (data: object) => call(deadLettersList, data, as('admin'));

describe('versions', () => {
  it('without ifVersion an answer is as it ever was', async () => {
    expect(Object.keys(await letters({ limit: 2 }))).toEqual(['deadLetters', 'nextCursor']);
  });

  it('a client that has the answer is told so; one that has another gets it', async () => {
    const first = await letters({ limit: 2, ifVersion: null });
    expect(first).toMatchObject({ version: expect.stringMatching(/^[\w-]{22}$/) as string });
    expect(first['deadLetters']).toHaveLength(2);
    const { version } = first;
    expect(await letters({ limit: 2, ifVersion: version })).toEqual({ unchanged: true, version });
    expect(await letters({ limit: 2, ifVersion: 'of long ago' })).toEqual(first);
    expect(await letters({ limit: 1, ifVersion: version })).not.toHaveProperty('unchanged');
  });

  it('what changes has another version', async () => {
    const { version } = await letters({ limit: 1, ifVersion: null });
    await db().doc('deadLetters/l5').update({ reason: 'another' });
    expect(await letters({ limit: 1, ifVersion: version })).toMatchObject({
      deadLetters: [{ reason: 'another' }],
    });
  });

  it('a version that is none is refused', async () => {
    await expect(letters({ ifVersion: 7 })).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { field: 'ifVersion' },
    });
  });
});

describe('a batch', () => {
  const ask = async (calls: unknown, role: 'admin' | 'agent' | 'viewer' = 'admin') =>
    (await call(batch, { calls }, as(role)))['results'] as Record<string, unknown>[];

  it('answers each call as it is answered alone, in order', async () => {
    const results = await ask([
      { name: 'deadLetters-list', data: { limit: 2 } },
      { name: 'jobs-list' },
      { name: 'conversations-thread', data: { conversationId } },
    ]);
    expect(results).toMatchObject([
      { ok: true, ...(await letters({ limit: 2 })) },
      { ok: true, jobs: [], cursor: null },
      { ok: true, entries: [{ type: 'text' }], nextCursor: null },
    ]);
  });

  it('a refused call does not fail the others', async () => {
    const results = await ask(
      [
        { name: 'deadLetters-list' },
        { name: 'messages-send', data: {} },
        { name: 'constructor' },
        { name: 'jobs-list', data: { limit: 0 } },
        { name: 'jobs-list' },
      ],
      'agent',
    );
    expect(results).toMatchObject([
      { ok: false, error: { code: 'permission-denied', details: { reason: 'role' } } },
      { ok: false, error: { code: 'invalid-argument', details: { reason: 'not-a-reading' } } },
      { ok: false, error: { code: 'invalid-argument', details: { reason: 'not-a-reading' } } },
      { ok: false, error: { code: 'invalid-argument', details: { field: 'limit' } } },
      { ok: true },
    ]);
  });

  it('takes versions as a call does', async () => {
    const [first] = await ask([{ name: 'jobs-list', data: { ifVersion: null } }]);
    const { version } = first as { version: string };
    expect(await ask([{ name: 'jobs-list', data: { ifVersion: version } }])).toEqual([
      { ok: true, unchanged: true, version },
    ]);
  });

  it('costs what its calls cost', async () => {
    await letters({ limit: 2 });
    const { reads: alone } = await billOf(() => letters({ limit: 2 }));
    const { reads } = await billOf(() =>
      ask(Array.from({ length: 20 }, () => ({ name: 'deadLetters-list', data: { limit: 2 } }))),
    );
    expect(reads).toBe(20 * alone);
  });

  it.each([
    ['none', []],
    ['21', Array.from({ length: 21 }, () => ({ name: 'jobs-list' }))],
    ['what is no call', ['jobs-list']],
  ])('of %s is refused', async (_, calls) => {
    expect(await codeOf(ask(calls))).toBe('invalid-argument');
  });

  it('is for members', async () => {
    expect(await codeOf(call(batch, { calls: [{ name: 'jobs-list' }] }, null))).toBe(
      'unauthenticated',
    );
    expect(await ask([{ name: 'jobs-list' }], 'viewer')).toMatchObject([
      { ok: false, error: { code: 'permission-denied' } },
    ]);
  });

  it('may ask for every call that is named like one that reads', async () => {
    const names = (await deployedFunctions())
      .filter(({ kind }) => kind === 'callable')
      .map(({ target }) => target.replace('.', '-'))
      .filter((name) => /-(list|get|thread|report|count|search|duplicates|metrics)$/.test(name));
    expect(Object.keys(READINGS).sort()).toEqual(names.sort());
  });
});

describe('compression', () => {
  const urls: Record<string, string> = {};
  let token: string;
  beforeAll(async () => {
    Object.assign(urls, { list: await host(deadLettersList), batch: await host(batch) });
    token = await signIn('admin', 'admin');
  });

  /** A call as an app makes it, with the body as it is on the wire. */
  const ask = (url: string, data: object, accepted: string) =>
    new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'accept-encoding': accepted,
      };
      const sent = request(url, { method: 'POST', headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({
            encoding: response.headers['content-encoding'],
            body: Buffer.concat(parts),
          }),
        );
      });
      sent.on('error', reject);
      sent.end(JSON.stringify({ data }));
    });
  const plain = (body: Buffer): object => JSON.parse(body.toString()) as object;

  it('makes long answers short, as the client accepts it', async () => {
    const whole = await ask(urls['list'] as string, {}, 'identity');
    expect(whole.encoding).toBeUndefined();
    expect(whole.body.length).toBeGreaterThan(2_000);
    const gzip = await ask(urls['list'] as string, {}, 'gzip');
    expect(gzip.encoding).toBe('gzip');
    expect(gzip.body.length).toBeLessThan(whole.body.length / 3);
    expect(plain(gunzipSync(gzip.body))).toEqual(plain(whole.body));
    const br = await ask(urls['list'] as string, {}, 'gzip, br');
    expect(br.encoding).toBe('br');
    expect(plain(brotliDecompressSync(br.body))).toEqual(plain(whole.body));
  });

  it('leaves short answers, and compresses a batch once', async () => {
    expect((await ask(urls['list'] as string, { limit: 1 }, 'gzip')).encoding).toBeUndefined();
    const calls = [{ name: 'deadLetters-list' }, { name: 'deadLetters-list' }];
    const { body } = await ask(urls['batch'] as string, { calls }, 'gzip');
    expect(plain(gunzipSync(body))).toMatchObject({ result: { results: [{ ok: true }, {}] } });
  });
});

describe('cursors', () => {
  it('lead through a list, each entry once', async () => {
    const seen: string[] = [];
    let cursor: unknown;
    let pages = 0;
    do {
      const page = await letters({ limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...(page['deadLetters'] as { id: string }[]).map(({ id }) => id));
      cursor = page['nextCursor'];
      pages += 1;
    } while (cursor);
    expect(seen).toEqual(['l5', 'l4', 'l3', 'l2', 'l1']);
    expect(pages).toBe(3);
  });
});
