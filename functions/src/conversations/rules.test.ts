import { describe, expect, it } from 'vitest';
import { mayAccess, windowIsOpen } from './rules';

describe('windowIsOpen', () => {
  const day = 86_400_000;
  it.each([
    [null, 0, false],
    [1_000, 1_000, true],
    [1_000, 1_000 + day - 1, true],
    [1_000, 1_000 + day, false],
  ])('last inbound %s at %s → %s', (last, now, open) => {
    expect(windowIsOpen(last, now)).toBe(open);
  });
});

describe('mayAccess', () => {
  const mine = { participants: ['me'], assigneeId: 'other' };
  const theirs = { participants: ['other'], assigneeId: 'other' };
  const nobodys = { participants: [], assigneeId: null };
  it.each([
    ['admin', theirs, true],
    ['supervisor', theirs, true],
    ['agent', mine, true],
    ['agent', nobodys, true],
    ['agent', theirs, false],
    ['viewer', nobodys, false],
  ] as const)('%s %o → %s', (role, conversation, may) => {
    expect(mayAccess({ uid: 'me', role }, conversation)).toBe(may);
  });
});
