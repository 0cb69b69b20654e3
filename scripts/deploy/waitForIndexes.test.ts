import { describe, expect, test } from 'vitest';
import { index } from '../indexes/test-support.ts';
import type { IndexState } from './indexStates.ts';
import { waitForIndexes } from './waitForIndexes.ts';

const declared = [index('a', 'b'), index('a', 'c')];
const NAMES = ['contacts (a,ASCENDING) (b,ASCENDING)', 'contacts (a,ASCENDING) (c,ASCENDING)'];

/** Waits over these states, one look each; the last one stays. */
async function wait(
  looks: (IndexState | undefined)[][],
): Promise<{ slept: number; said: string[] }> {
  const said: string[] = [];
  let [look, slept] = [0, 0];
  await waitForIndexes({
    declared,
    pollMs: 10,
    timeoutMs: 50,
    say: (line) => said.push(line),
    sleep: (ms) => {
      slept += ms;
      return Promise.resolve();
    },
    look: () => {
      const states = looks[Math.min(look++, looks.length - 1)] ?? [];
      return Promise.resolve(
        new Map(states.flatMap((state, n) => (state ? [[NAMES[n] ?? '', state] as const] : []))),
      );
    },
  });
  return { slept, said };
}

describe('waiting for indexes', () => {
  test('ends at once when all serve', async () => {
    expect(await wait([['READY', 'READY']])).toEqual({
      slept: 0,
      said: ['All 2 indexes serve.'],
    });
  });

  test('goes on until the last one serves, and tells of progress only', async () => {
    const { slept, said } = await wait([
      ['CREATING'],
      ['CREATING', 'CREATING'],
      ['READY', 'CREATING'],
      ['READY', 'READY'],
    ]);

    expect(slept).toBe(30);
    expect(said).toHaveLength(3);
    expect(said[1]).toContain('1 of 2');
  });

  test('gives up on one that failed', async () => {
    await expect(wait([['READY', 'NEEDS_REPAIR']])).rejects.toThrow('could not be built');
  });

  test('gives up after its time, and says that nothing is lost', async () => {
    await expect(wait([['READY', 'CREATING']])).rejects.toThrow('goes on from here');
  });
});
