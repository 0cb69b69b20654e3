import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/random';
import { clearFirestore } from '../support/stored';
import { copy, expectWrittenOnce, faults, oldDocuments, useMigrations } from './migrating';
import {
  expectSameEndAfterDeaths,
  expectSameEndWhicheverFails,
  expectSameEndWithLosses,
} from './sameEnd';
import { dump, pad, seed } from './stored';

useMigrations('batch-migration-crash');
const random = seededRandom('migration crash');

describe('when requests fail or the process dies', () => {
  const copying = {
    get faults() {
      return faults;
    },
    prepare: async () => {
      await clearFirestore();
      await seed(oldDocuments(70));
    },
    run: () => copy({ splitAt: [pad(30)], requestTimeoutMs: 150 }),
    stored: () => dump('new'),
  };

  it('ends the same, whichever request it is', () => expectSameEndWhicheverFails(copying));

  it('ends the same after dying again and again', () =>
    expectSameEndAfterDeaths(copying, random, ({ isComplete }) => isComplete));

  it('ends the same when half of the requests are lost, or an answer never comes', () =>
    expectSameEndWithLosses({ ...copying, run: () => copy({ attempts: 100 }) }, random));

  it('does nothing twice where the commit of one that died arrives in the next run', async () => {
    await copying.prepare();
    let commits = 0;
    let isSentLate = false;
    faults.plan((_, method) => {
      if (isSentLate) return 'crash-before';
      isSentLate = method === 'commit' && ++commits === 2;
      return isSentLate ? 'late' : undefined;
    });
    await expect(copy()).rejects.toThrow('dead');
    // It is still on its way.
    faults.plan(() => undefined);
    await expect(copy()).rejects.toMatchObject({ code: 'aborted' });
    expect(await copy()).toMatchObject({ read: 70, isComplete: true });
    await expectWrittenOnce();
  });

  it('loses nothing where it dies between the parts of a page that was too much', async () => {
    await copying.prepare();
    let commits = 0;
    faults.plan((_, method, writes) => {
      if (method !== 'commit') return undefined;
      if (writes > 10) return 'refused';
      return ++commits === 4 ? 'crash-after' : undefined;
    });
    // All are in one page, which is the last.
    await expect(copy({ pageSize: 100 })).rejects.toThrow('dead');
    faults.end();
    expect((await dump('batchRuns'))['batchRuns/renaming']).toMatchObject({ isDone: false });
    expect(await copy({ pageSize: 100 })).toMatchObject({ read: 70, isComplete: true });
    await expectWrittenOnce();
  });

  it('says which migration it is that cannot be written', async () => {
    await copying.prepare();
    faults.plan((_, method) => (method === 'commit' ? 'before' : undefined));
    await expect(copy()).rejects.toThrow('batchRuns/renaming: the connection broke (8 attempts)');
  });
});
