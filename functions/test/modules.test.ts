import { describe, expect, it } from 'vitest';
import { deployedFunctions } from '../../scripts/bench/coldstart/functions.ts';
import { launch } from '../../scripts/bench/coldstart/launch.ts';
import { NEEDS, usesOf } from '../../scripts/bench/coldstart/uses.ts';
import { ROOT } from '../../scripts/lib/paths.ts';

const functions = await deployedFunctions();

describe('a start loads what the function needs, and no other client', () => {
  it('for every deployed function', () => {
    expect(functions.map(({ target }) => target).sort()).toEqual(Object.keys(NEEDS).sort());
  });

  it.each(functions)('$target', async (deployed) => {
    const { loaded } = await launch({ ...deployed, folder: `${ROOT}/functions` });
    expect(usesOf(loaded).sort()).toEqual([...(NEEDS[deployed.target] ?? [])].sort());
  });
});
