import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LimitsStatus } from '../../src/platform/limits/limit';

const LIB = join(import.meta.dirname, '..', '..', 'lib', 'platform');

/** What an instance does: as many calls as it is told, one after another, at the time it is told. */
const SCRIPT = `
const { setClock } = require(${JSON.stringify(join(LIB, 'clock.js'))});
const { checkLimit, limitsStatus } = require(${JSON.stringify(join(LIB, 'limits', 'limit.js'))});
let time = 0;
setClock(() => time);

async function call({ at, limit, wish, times }) {
  time = at;
  const outcome = { passed: 0, refused: {}, slowest: 0 };
  for (let n = 0; n < times; n++) {
    const started = performance.now();
    try {
      await checkLimit(limit, wish);
      outcome.passed += 1;
    } catch ({ code = 'thrown' }) {
      outcome.refused[code] = (outcome.refused[code] ?? 0) + 1;
    }
    outcome.slowest = Math.max(outcome.slowest, performance.now() - started);
  }
  return outcome;
}

process.on('message', async ({ id, order }) => {
  process.send({ id, answer: order === 'status' ? await limitsStatus() : await call(order) });
});
process.send('ready');
`;

interface Order {
  /** The instance's time. */
  at: number;
  limit: string;
  wish: { subject: string; of?: string };
  times: number;
}
export interface Outcome {
  passed: number;
  /** How many were not, by code. */
  refused: Record<string, number>;
  /** Milliseconds that the slowest call took. */
  slowest: number;
}

/** An instance of the product that counts for limits, in a process of its own. */
export interface Instance {
  call(order: Order): Promise<Outcome>;
  status(): Promise<Pick<LimitsStatus, 'heldBy' | 'reason'>>;
  stop(): void;
}

export async function startInstance(environment: Record<string, string>): Promise<Instance> {
  const child = spawn(process.execPath, ['-e', SCRIPT], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const died = once(child, 'exit').then(() => {
    throw new Error('An instance ended.');
  });
  await Promise.race([once(child, 'message'), died]);
  died.catch(() => undefined);
  let last = 0;
  const tell = <Answer>(order: unknown): Promise<Answer> =>
    new Promise((resolve) => {
      const id = ++last;
      const listen = (message: { id: number; answer: Answer }): void => {
        if (message.id !== id) return;
        child.off('message', listen);
        resolve(message.answer);
      };
      child.on('message', listen);
      child.send({ id, order });
    });
  return {
    call: (order) => tell(order),
    status: () => tell('status'),
    stop: () => void child.kill('SIGKILL'),
  };
}
