import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CpuProfile } from './cpu/aggregate.ts';
import { cpu } from './cpu/cpu.ts';
import { growth } from './heap/growth.ts';
import { heap } from './heap/heap.ts';
import { collectGarbage } from './heap/take.ts';
import { piecesOf, tally } from './heap/tally.ts';
import { leaks } from './heap/leaks.ts';
import { gc } from './probe/gc.ts';
import type { Delay } from './probe/probe.ts';
import { loop } from './probe/loop.ts';
import { watch, type Seen } from './probe/watch.ts';
import { openByPid } from './target/open.ts';
import { listeningPorts } from './target/ports.ts';
import { jobOf, openSubject, startSubject } from './test/start.ts';

/** Other tests take the processor too. */
const PATIENT = { timeout: 10_000 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recado-profiling-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a command keeps. */
const found = async <Summary>(outcome: Promise<{ summary: object }>): Promise<Summary> =>
  (await outcome).summary as Summary;

describe.concurrent('commands on a process of which it is known what they have to find', () => {
  it('cpu names the hot function first, and draws it', async (test) => {
    const outcome = await cpu(jobOf(await openSubject(test, 'hot'), folder));
    const { functions, owners } = outcome.summary as {
      functions: { name: string; at: string; selfMs: number }[];
      owners: { owner: string }[];
    };
    expect(functions[0]).toMatchObject({
      name: 'burnBrightly',
      at: expect.stringMatching(/^load-tests\/profiling\/test\/subject\.cjs:\d+$/),
    });
    expect(owners[0]?.owner).toBe('recado');
    expect(outcome.page).toContain('burnBrightly');
    const raw = JSON.parse(readFileSync(join(folder, 'subject.cpuprofile'), 'utf8')) as CpuProfile;
    expect(raw.samples?.length).toBeGreaterThan(100);
  });

  it('loop sees what blocks the event loop', async (test) => {
    const { whole } = await found<{ whole: Delay }>(
      loop(jobOf(await openSubject(test, 'block'), folder)),
    );
    expect(whole.p99).toBeGreaterThan(100);
  });

  it('loop finds nothing where nothing blocks', async (test) => {
    const { whole } = await found<{ whole: Delay }>(
      loop(jobOf(await openSubject(test, 'steady'), folder)),
    );
    expect(whole.p50).toBeLessThan(50);
  });

  it('heap counts by constructor', async (test) => {
    const { constructors } = await found<{ constructors: { name: string; count: number }[] }>(
      heap(jobOf(await openSubject(test, 'leak'), folder, { seconds: 0.2, file: own('heap') })),
    );
    const leaked = constructors.find(({ name }) => name === 'LeakedThing');
    expect(leaked?.count).toBeGreaterThanOrEqual(200);
  });

  it('growth sees that more and more is held', async (test) => {
    const outcome = await growth(jobOf(await openSubject(test, 'leak'), folder, { seconds: 2.4 }));
    expect(outcome).toMatchObject({ isBad: true, summary: { verdict: 'grows' } });
    expect(outcome.page).toContain('<svg');
  });

  it('leaks names the constructor that is never let go, and what holds it', async (test) => {
    const outcome = await leaks(
      jobOf(await openSubject(test, 'leak'), folder, { every: 0.4, file: own('leak') }),
    );
    expect(outcome.isBad).toBe(true);
    const { holders, grown } = outcome.summary as {
      holders: Record<string, string>;
      grown: { name: string; isSuspect: boolean; kept: { count: number } }[];
    };
    const thing = grown.find(({ name }) => name === 'LeakedThing');
    expect(thing?.isSuspect).toBe(true);
    expect(thing?.kept.count).toBeGreaterThanOrEqual(200);
    expect(holders['LeakedThing']).toMatch(/variable held → Map .*→ LeakedThing$/);
  });

  it('a process that lets go of what it makes is not accused', async (test) => {
    const target = await openSubject(test, 'steady');
    const kept = await leaks(jobOf(target, folder, { every: 0.4, file: own('steady') }));
    expect(kept.text).toContain('No leak');
    const grown = await growth(jobOf(target, folder, { seconds: 1.6 }));
    expect([kept.isBad, grown.isBad]).toEqual([false, false]);
  });

  it('gc tells collections by kind', async (test) => {
    const target = await openSubject(test, 'leak');
    const running = gc(jobOf(target, folder));
    const collecting = setInterval(() => void collectGarbage(target.session), 100);
    test.onTestFinished(() => clearInterval(collecting));
    const { kinds } = await found<{ kinds: object[] }>(running);
    clearInterval(collecting);
    expect(kinds).toContainEqual(expect.objectContaining({ kind: 'major' }));
  });

  it('watch writes a line each interval, until it is stopped', async (test) => {
    const stop = new AbortController();
    const told: string[] = [];
    const watching = watch(
      jobOf(await openSubject(test, 'hot'), folder, {
        ...{ seconds: undefined, stop: stop.signal, file: own('watch') },
        say: (line) => {
          if (told.push(line) === 3) stop.abort();
        },
      }),
    );
    await watching;
    const lines = readFileSync(join(folder, 'watch.jsonl'), 'utf8').trim().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(3);
    const last = JSON.parse(lines.at(2)!) as Seen;
    expect(last.cpuPercent).toBeGreaterThan(5);
    expect(last.rssMb).toBeGreaterThan(20);
    expect(told[0]).toContain('loop p99');
  });
});

const own = (name: string) => (ending: string) => join(folder, `${name}${ending}`);

describe.concurrent('the profiled process', () => {
  it('is left as it was: its inspector closed, the probe taken out', async (test) => {
    const pid = await startSubject(test, 'steady');
    expect(listeningPorts(pid)).toEqual([]);
    const target = await openByPid(pid, 'steady');
    expect(listeningPorts(pid)).toHaveLength(1);
    await loop(jobOf(target, folder, { seconds: 0.4 }));
    const probe = `typeof globalThis[Symbol.for('recado.profile')]`;
    expect(await target.session.evaluate(probe)).toBe('undefined');
    await target.release();
    await vi.waitFor(() => expect(listeningPorts(pid)).toEqual([]), PATIENT);

    // And can be profiled again.
    const again = await openByPid(pid, 'steady');
    expect(await again.session.evaluate('process.pid')).toBe(pid);
    await again.release();
  });

  it('that ends is told as ended, and leaves no half of a snapshot', async (test) => {
    const target = await openSubject(test, 'steady');
    const pid = await target.session.evaluate<number>('process.pid');
    const taking = leaks(jobOf(target, folder, { every: 60, file: own('half') }));
    taking.catch(() => undefined);
    const path = join(folder, 'half-1.heapsnapshot');
    await vi.waitFor(() => expect(existsSync(path)).toBe(true), PATIENT);
    process.kill(pid, 'SIGKILL');
    await expect(taking).rejects.toThrow(/ended|Stopped/);
    // It is gone, or was whole by then.
    if (existsSync(path)) expect((await tally(piecesOf(path))).total.count).toBeGreaterThan(0);
  });

  it('gives its CPU profile though it ends first', async (test) => {
    const target = await openSubject(test, 'hot');
    const running = cpu(
      jobOf(target, folder, {
        ...{ seconds: undefined, file: own('ends') },
      }),
    );
    await target.session.evaluate('void setTimeout(() => process.exit(), 300)');
    const { functions } = await found<{ functions: object[] }>(running);
    expect(functions[0]).toMatchObject({ name: 'burnBrightly' });
  });

  it('that a signal would end is refused, and goes on', async ({ onTestFinished }) => {
    const child = spawn('sleep', ['60']);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'spawn');
    await expect(openByPid(child.pid!, 'x')).rejects.toThrow(/no Node process/);
    expect(child.signalCode).toBeNull();
    expect(process.kill(child.pid!, 0)).toBe(true);
  });

  it.each([
    ['is none', 2 ** 22 + 1, /no process/],
    ['is this one', process.pid, /itself/],
  ])('%s: is refused', async (_, pid, words) => {
    await expect(openByPid(pid, 'x')).rejects.toThrow(words);
  });
});
