import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { log } from './log';
import {
  endInOrder,
  inRequest,
  isEnding,
  onShutdown,
  registeredCleanUps,
  resetLifecycle,
  shutDown,
} from './lifecycle';

afterEach(() => {
  resetLifecycle();
  vi.restoreAllMocks();
});

describe('a clean-up', () => {
  it('runs once: at the end of its scope, or of the instance', async () => {
    const run = vi.fn();
    const endOfScope = onShutdown('a buffer', run);
    await endOfScope();
    await endOfScope();
    await shutDown();
    expect(run).toHaveBeenCalledTimes(1);
    expect(registeredCleanUps()).toBe(0);
  });

  it('runs at the end of the instance, and not again at the end of its scope', async () => {
    const run = vi.fn();
    const endOfScope = onShutdown('a lease', run);
    await shutDown();
    await endOfScope();
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('may use the clients: they are closed last, whenever they were opened', async () => {
    const order: string[] = [];
    onShutdown('client', () => void order.push('close'), 'close');
    onShutdown('buffer', async () => {
      await Promise.resolve();
      onShutdown('opened while flushing', () => void order.push('close too'), 'close');
      order.push('flush');
    });
    await shutDown();
    expect(order).toEqual(['flush', 'close', 'close too']);
  });

  it('that fails stops no other, and is told', async () => {
    const warn = vi.spyOn(log, 'warn').mockReturnValue();
    const run = vi.fn();
    onShutdown('broken', () => Promise.reject(new Error('no')));
    onShutdown('fine', run);
    await shutDown();
    expect(run).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(
      'a clean-up failed',
      expect.objectContaining({ name: 'broken' }),
    );
  });

  it('that hangs holds up the end for its time only', async () => {
    vi.useFakeTimers();
    const close = vi.fn();
    onShutdown('hangs', () => new Promise(() => undefined));
    onShutdown('client', close, 'close');
    const ended = shutDown();
    await vi.advanceTimersByTimeAsync(3_000);
    await ended;
    vi.useRealTimers();
    expect(close).toHaveBeenCalledTimes(1);
  });
});

it('the end waits for the requests that run', async () => {
  const order: string[] = [];
  let finish = (): void => undefined;
  const request = inRequest(() => new Promise<void>((resolve) => (finish = resolve)));
  onShutdown('buffer', () => void order.push('flushed'));
  const ended = shutDown();
  expect(isEnding()).toBe(true);
  await expect(inRequest(() => Promise.resolve())).rejects.toMatchObject({ code: 'unavailable' });
  order.push('answered');
  finish();
  await Promise.all([request, ended]);
  expect(order).toEqual(['answered', 'flushed']);
});

describe('a process', () => {
  function fakeHost() {
    const emitter = new EventEmitter();
    const exits: number[] = [];
    const left = new Promise<void>((resolve) => {
      Object.assign(emitter, {
        exit: (code: number) => {
          exits.push(code);
          resolve();
        },
      });
    });
    return { host: emitter as EventEmitter & { exit: (code: number) => void }, exits, left };
  }

  it('flushes and leaves on SIGTERM, though its host would leave at once', async () => {
    const { host, exits, left } = fakeHost();
    const atOnce = vi.fn();
    host.on('SIGTERM', atOnce);
    endInOrder(host);
    // The host that serves functions adds its listener when it listens, after they are loaded.
    host.on('SIGTERM', atOnce);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const flush = vi.fn();
    onShutdown('buffer', flush);
    host.emit('SIGTERM');
    await left;
    expect(atOnce).not.toHaveBeenCalled();
    expect(flush).toHaveBeenCalledTimes(1);
    expect(exits[0]).toBe(0);
  });

  it('logs what nobody handled once, flushes and leaves with an error', async () => {
    const { host, exits, left } = fakeHost();
    const error = vi.spyOn(log, 'error').mockReturnValue();
    const flush = vi.fn();
    onShutdown('buffer', flush);
    endInOrder(host);
    host.emit('unhandledRejection', new Error('first'));
    host.emit('unhandledRejection', new Error('what came of it'));
    await left;
    expect(error).toHaveBeenCalledTimes(1);
    expect(flush).toHaveBeenCalledTimes(1);
    expect(exits[0]).toBe(1);
  });
});
