import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

describe('the command line of a load test', () => {
  it.each([
    [2, [], 'short'],
    [4, [], 'full'],
    [2, ['--full'], 'full'],
    [4, ['--short'], 'short'],
    // Another machine does the work.
    [2, ['--target', 'https://example.com/'], 'full'],
  ])('with %i cores and %o takes the %s form', (cores, args, form) => {
    expect(readOptions(['smoke', ...args], cores).form).toBe(form);
  });

  it('takes a target without the slash at its end, a seed and names', () => {
    const args = ['load', '--target', 'https://example.com/', '--seed', '7', '--baseline', 'v1'];
    expect(readOptions(args, 2)).toMatchObject({
      profile: 'load',
      target: 'https://example.com',
      seed: 7,
      baseline: 'v1',
    });
  });

  it.each([
    [[], 'Name one profile'],
    [['smoke', 'load'], 'Name one profile'],
    [['soak'], 'no profile named soak'],
    [['smoke', '--full', '--short'], 'either --full or --short'],
    [['smoke', '--seed', '1.5'], '--seed takes'],
    [['smoke', '--target', 'example.com'], '--target takes'],
    [['smoke', '--save-baseline', '../x'], '--save-baseline takes'],
    [['smoke', '--fast'], '--fast'],
  ])('refuses %o', (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });
});
