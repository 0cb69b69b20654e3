import { describe, expect, it } from 'vitest';
import { dispositionOf } from './errors';

describe('dispositionOf', () => {
  it.each([
    [
      [2, 131000, 131016, 133004, 131057, 4, 80007, 130429, 131056, 131048, 131064, 131049, 1],
      'retry',
    ],
    [
      [131050, 130472, 131026, 131047, 130403, 131021, 100, 131008, 131009, 131051, 135000, 131052],
      'fail',
    ],
    [
      [131053, 132000, 132012, 132018, 132005, 132007, 132001, 132015, 132016, 132068, 132069],
      'fail',
    ],
    [[130497, 131062], 'fail'],
    [[33, 131045, 133010, 0, 190, 3, 10, 200, 250, 299, 131005, 368, 131031, 131042], 'pause'],
  ])('%j → %s', (codes, action) => {
    for (const code of codes) expect([code, dispositionOf(code).action]).toEqual([code, action]);
  });

  it('gives a code that nobody knows three tries', () => {
    expect(dispositionOf(987_654)).toMatchObject({ action: 'retry', attempts: 3 });
  });

  it('lets a number without registration stop that number only, a bad token all of them', () => {
    expect(dispositionOf(133010)).toMatchObject({ scope: 'channel' });
    expect(dispositionOf(190)).toMatchObject({ scope: 'account' });
  });
});
