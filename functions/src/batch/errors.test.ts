import { describe, expect, it } from 'vitest';
import { AppError } from '../shared/errors';
import { BatchError, ItemError, verdictOf } from './errors';

describe('verdictOf', () => {
  it.each([
    [{ code: 10 }, 'again'],
    [{ code: 8, message: 'quota exceeded' }, 'again'],
    [{ code: 8, message: 'gRPC message exceeds maximum size 4194304: 12003100' }, 'split'],
    [{ code: 14 }, 'in-doubt'],
    [{ code: 4 }, 'in-doubt'],
    [{ code: 'ECONNRESET' }, 'in-doubt'],
    [{ code: 3 }, 'split'],
    [{ code: 5 }, 'missing'],
    [{ code: 6 }, 'conflict'],
    [{ code: 9 }, 'conflict'],
    [{ code: 7 }, 'final'],
    [{ code: 'aborted' }, 'final'],
    [{}, 'final'],
  ] as const)('of %j is %s', (error, verdict) => {
    expect(verdictOf(error)).toBe(verdict);
  });
});

describe('an ItemError', () => {
  const circumstances = { attempts: 3, isInDoubt: true };

  it('names the item, the reason, the attempts and the doubt', () => {
    const cause = Object.assign(new Error('the connection broke'), { code: 14 });
    const error = new ItemError('messages/m1', cause, circumstances);
    expect(error.message).toBe(
      'messages/m1: the connection broke (3 attempts). It may have been applied.',
    );
    expect(error).toMatchObject({ code: 'unavailable', path: 'messages/m1', isInDoubt: true });
  });

  it("keeps an AppError's code", () => {
    const cause = new AppError('invalid-argument', 'no');
    expect(new ItemError('a/b', cause, circumstances).code).toBe('invalid-argument');
  });

  it('is named first by the error of its batch', () => {
    const error = new ItemError('messages/m1', new Error('no'), { attempts: 1, isInDoubt: false });
    expect(new BatchError([error], 5).message).toBe('1 of 5 failed; the first: messages/m1: no.');
  });
});
