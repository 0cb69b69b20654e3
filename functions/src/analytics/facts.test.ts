import { describe, expect, it } from 'vitest';
import type { Conversation } from '../conversations/schema';
import { endedEpisode } from '../conversations/rules';
import type { Message } from '../messages/schema';
import { differenceOf } from '../shared/fact';
import { factsOfConversation, factsOfEpisode, factsOfMessage } from './facts';

const out = (times: object): Message =>
  ({
    direction: 'out',
    channelId: '1',
    type: 'text',
    userId: 'abel',
    timestamp: 1,
    ...times,
  }) as never;
const told = (facts: { event: string; at: number }[]) =>
  Object.fromEntries(facts.map(({ event, at }) => [event, at]));

describe('a message', () => {
  it.each<[object, Record<string, number>]>([
    [{}, {}],
    [{ claimedAt: 1 }, {}],
    [{ acceptedAt: 2 }, { sent: 2 }],
    [{ acceptedAt: 2, sentAt: 1 }, { sent: 2 }],
    [{ sentAt: 1 }, { sent: 1 }],
    [{ deliveredAt: 3 }, { sent: 3, delivered: 3 }],
    [
      { acceptedAt: 2, readAt: 4 },
      { sent: 2, delivered: 4, read: 4 },
    ],
    [
      { acceptedAt: 2, playedAt: 5 },
      { sent: 2, delivered: 5, read: 5 },
    ],
    [
      { acceptedAt: 2, failedAt: 3 },
      { sent: 2, failed: 3 },
    ],
    [
      { acceptedAt: 2, failedAt: 3, deliveredAt: 4 },
      { sent: 2, delivered: 4 },
    ],
    [{ unknownAt: 9 }, {}],
    [{ cancelledAt: 9 }, {}],
  ])('out, with %o: %o', (times, facts) => {
    expect(told(factsOfMessage(out(times)))).toEqual(facts);
  });

  it('in is received, a note is nothing', () => {
    const message = { channelId: '1', type: 'image', userId: null, timestamp: 7 };
    expect(factsOfMessage({ ...message, direction: 'in' } as never)).toMatchObject([
      { event: 'received', at: 7, direction: 'in', type: 'image', agentId: null },
    ]);
    expect(factsOfMessage({ ...message, direction: 'note' } as never)).toEqual([]);
  });
});

describe('a conversation', () => {
  const conversation = (fields: Partial<Conversation>): Conversation =>
    ({ channelId: '1', ...fields }) as never;

  it.each<[string, Partial<Conversation>, object[]]>([
    ['nobody wrote', {}, []],
    ['nobody answered', { openedAt: 10 }, []],
    [
      'the first answer',
      { openedAt: 10, replies: { abel: 40, bea: 30 } },
      [{ agentId: 'bea', value: 20 }],
    ],
    ['written before', { openedAt: 10, replies: { abel: 5 } }, []],
    [
      'one before, one after',
      { openedAt: 10, replies: { abel: 5, bea: 30 } },
      [{ agentId: 'bea', at: 30 }],
    ],
    ['the business began', { replies: { abel: 5 } }, []],
  ])('%s', (_, fields, facts) => {
    expect(factsOfConversation(conversation(fields))).toMatchObject(facts);
    expect(factsOfConversation(conversation(fields))).toHaveLength(facts.length);
  });

  it('that is resolved tells of the answer as it did while it was open', () => {
    const open = conversation({ openedAt: 10, replies: { abel: 40 } });
    const episode = endedEpisode(open, 'sol', 100);
    expect(
      differenceOf(factsOfConversation(open), episode ? factsOfEpisode('1', episode) : []),
    ).toMatchObject([{ event: 'resolved', at: 100, agentId: 'sol', value: 90, count: 1 }]);
  });
});
