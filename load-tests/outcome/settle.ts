import { setTimeout } from 'node:timers/promises';

const POLL_MS = 1_000;

/** Asks until the answer is right or time is over; gives the last answer, right or not. */
export async function settle<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  timeoutMs: number,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || Date.now() > end) return answer;
    await setTimeout(POLL_MS);
  }
}
