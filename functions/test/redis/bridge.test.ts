import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { LOCAL } from '../../../scripts/lib/localConfig';
import { withoutForeignFlags } from '../../../scripts/redis-bridge/scripts';
import { newId } from '../../src/shared/ids';
import { hasRedisServer, useRedis } from '../support/redis';

/** The bridge has to answer as Upstash does, so Upstash's own libraries are what asks. */
describe.skipIf(!hasRedisServer())('the Redis bridge', () => {
  const redis = useRedis();
  const client = (options: { plain?: boolean } = {}): Redis =>
    new Redis({
      url: redis().bridge.url,
      token: LOCAL.redisToken,
      retry: { retries: 0 },
      enableTelemetry: false,
      ...(options.plain ? { responseEncoding: false as const } : {}),
    });

  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${redis().bridge.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${LOCAL.redisToken}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };

  it('runs single commands; numbers, text, lists and nothing come back as they are', async () => {
    const db = client();
    expect(await db.ping()).toBe('PONG');
    expect(await db.set('a', 'ñandú 🐦 "1"')).toBe('OK');
    expect(await db.get('a')).toBe('ñandú 🐦 "1"');
    expect(await db.get('nothing')).toBeNull();
    expect(await db.incrby('n', 41)).toBe(41);
    expect(await db.rpush('list', 'OK', '', 'x\r\ny')).toBe(3);
    expect(await db.lrange('list', 0, -1)).toEqual(['OK', '', 'x\r\ny']);
    await db.hset('hash', { one: 'uno', two: 'dos' });
    expect(await db.hgetall('hash')).toEqual({ one: 'uno', two: 'dos' });
    await db.zadd('z', { score: 1.5, member: 'm' });
    expect(await db.zrange('z', 0, -1, { withScores: true })).toEqual(['m', 1.5]);
    expect(await db.scan(0, { match: 'hash' })).toEqual(['0', ['hash']]);
  });

  it('is the same without base64', async () => {
    const db = client({ plain: true });
    await db.set('a', 'ñ');
    expect([await db.get('a'), await db.mget('a', 'none')]).toEqual(['ñ', ['ñ', null]]);
  });

  it('sends text in base64 only where asked to, and OK never', async () => {
    const asked = { 'upstash-encoding': 'base64' };
    expect(await post('/', ['SET', 'k', 'value'], asked)).toEqual({
      status: 200,
      body: { result: 'OK' },
    });
    expect((await post('/', ['GET', 'k'], asked)).body).toEqual({ result: 'dmFsdWU=' });
    expect((await post('/', ['GET', 'k'])).body).toEqual({ result: 'value' });
    expect((await post('/', ['PING'], asked)).body).toEqual({ result: 'UE9ORw==' });
  });

  it('answers each command of a pipeline, also those that fail', async () => {
    const { status, body } = await post('/pipeline', [
      ['SET', 'text', 'x'],
      ['INCR', 'text'],
      ['GET', 'text'],
    ]);
    expect({ status, body }).toEqual({
      status: 200,
      body: [
        { result: 'OK' },
        { error: 'ERR value is not an integer or out of range' },
        { result: 'x' },
      ],
    });
  });

  it('runs a transaction as one, with nobody between its commands', async () => {
    const db = client();
    const parts = Array.from({ length: 30 }, () =>
      db.multi().incr('count').incr('count').exec<[number, number]>(),
    );
    const results = await Promise.all(parts);
    for (const [first, second] of results) expect(second).toBe(first + 1);
    expect(await db.get('count')).toBe(60);
    const refused = await post('/multi-exec', [['SET', 'never', '1'], ['NOSUCH'], ['GET', 'x']]);
    expect(refused.status).toBe(400);
    expect(await db.get('never')).toBeNull();
  });

  it('takes commands as paths', async () => {
    await post('/set/greeting?EX=100', 'hello world');
    expect((await post('/get/greeting', '')).body).toEqual({ result: 'hello world' });
    expect(await client().ttl('greeting')).toBeGreaterThan(90);
  });

  it('says what is wrong, with the status that Upstash gives', async () => {
    expect(await post('/', ['INCR'])).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^ERR wrong number of arguments/) as string },
    });
    expect(await post('/', 'no JSON')).toMatchObject({ status: 400 });
    expect(await post('/', ['BLPOP', 'list', 0])).toMatchObject({
      status: 400,
      body: { error: "ERR Command is not available: 'BLPOP'" },
    });
    expect(await post('/', ['GET', 'a'], { authorization: 'Bearer wrong' })).toMatchObject({
      status: 401,
    });
  });

  it('gives integers digit by digit, however great', async () => {
    await post('/', ['SET', 'big', '9223372036854775806']);
    const response = await fetch(redis().bridge.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${LOCAL.redisToken}` },
      body: JSON.stringify(['INCR', 'big']),
    });
    expect(await response.text()).toBe('{"result":9223372036854775807}');
  });

  it('runs scripts with flags that only Upstash knows, by text and by name', async () => {
    const script = '#!lua flags=allow-key-locking,no-writes\nreturn ARGV[1]';
    expect(withoutForeignFlags(script)).toBe('#!lua flags=no-writes\nreturn ARGV[1]');
    const db = client();
    expect(await db.eval(script, ['k'], ['text'])).toBe('text');
    const sha = await db.scriptLoad(script);
    expect(await db.evalsha(sha, ['k'], ['more'])).toBe('more');
    expect(await db.scriptExists(sha)).toEqual([1]);
    await expect(db.evalsha('0'.repeat(40), [], [])).rejects.toThrow('NOSCRIPT');
  });

  it("serves Upstash's rate limiter", async () => {
    const limiter = new Ratelimit({
      redis: client(),
      limiter: Ratelimit.slidingWindow(3, '60 s'),
      timeout: 0,
    });
    const key = newId();
    const results = [];
    for (let n = 0; n < 5; n++) results.push((await limiter.limit(key)).success);
    expect(results).toEqual([true, true, true, false, false]);
  });
});
