import { describe, expect, it } from 'vitest';
import { decideClaim, decideDue, messageState, previewOf } from './rules';
import type { InboundMessage, Message, OutboundMessage } from './schema';

const out = (fields: Partial<OutboundMessage> = {}): OutboundMessage =>
  ({ direction: 'out', sendAt: null, attempts: 0, ...fields }) as OutboundMessage;
const inbound = (fields: Partial<InboundMessage> = {}): InboundMessage =>
  ({ direction: 'in', ...fields }) as InboundMessage;

describe('messageState', () => {
  it.each<[Partial<OutboundMessage>, string]>([
    [{}, 'queued'],
    [{ sendAt: 9, dueAt: 9 }, 'scheduled'],
    [{ sendAt: 9, dueAt: 99 }, 'queued'],
    [{ sendAt: 9, dueAt: 9, attempts: 1 }, 'queued'],
    [{ claimedAt: 1 }, 'sending'],
    [{ claimedAt: 1, acceptedAt: 2 }, 'accepted'],
    [{ claimedAt: 1, sentAt: 3 }, 'sent'],
    [{ readAt: 3 }, 'read'],
    [{ readAt: 3, deliveredAt: 9, sentAt: 9 }, 'read'],
    [{ playedAt: 1, readAt: 3 }, 'played'],
    [{ failedAt: 1, sentAt: 3 }, 'failed'],
    [{ failedAt: 1, deliveredAt: 3 }, 'delivered'],
    [{ claimedAt: 1, unknownAt: 2 }, 'unknown'],
    [{ claimedAt: 1, unknownAt: 2, deliveredAt: 3 }, 'delivered'],
    [{ cancelledAt: 1 }, 'cancelled'],
  ])('%o → %s', (fields, state) => {
    expect(messageState(out(fields))).toBe(state);
  });
});

describe('decideClaim, after a claim failed', () => {
  it.each<[string, OutboundMessage | undefined, string]>([
    ['the message is gone', undefined, 'drop'],
    [
      'this very claim was applied, its answer got lost',
      out({ claimId: 'me', claimedAt: 1 }),
      'send',
    ],
    [
      'somebody else claimed it and may have sent it',
      out({ claimId: 'other', claimedAt: 1 }),
      'drop',
    ],
    ['it is accepted', out({ claimId: 'other', claimedAt: 1, acceptedAt: 2 }), 'drop'],
    ['it is unknown', out({ claimId: 'other', claimedAt: 1, unknownAt: 2 }), 'drop'],
    ['it was cancelled', out({ cancelledAt: 1 }), 'drop'],
    ['it failed', out({ failedAt: 1 }), 'drop'],
    ['something else of it changed', out(), 'claim'],
    ['it was turned down and waits for the next try', out({ attempts: 1 }), 'claim'],
  ])('%s', (_, message, decision) => {
    expect(decideClaim(message, 'me')).toBe(decision);
  });
});

describe('decideDue', () => {
  it.each<[string, Message, string]>([
    ['a scheduled message', out({ sendAt: 9, dueAt: 9 }), 'handOver'],
    ['an intent without a task', out(), 'handOver'],
    ['a claim that nothing was heard of', out({ claimedAt: 1 }), 'giveUp'],
    ['a send that is settled', out({ claimedAt: 1, sentAt: 2 }), 'settle'],
    ['a change without its message', inbound({ target: 'wamid.1' }), 'modify'],
    ['any other message', inbound(), 'settle'],
  ])('%s', (_, message, decision) => {
    expect(decideDue(message)).toBe(decision);
  });
});

describe('previewOf', () => {
  it.each([
    [{ body: 'Hello' }, 'Hello'],
    [{ id: '1', caption: 'look' }, 'look'],
    [{ type: 'button', body: { text: 'Choose' } }, 'Choose'],
    [{ name: 'order_update' }, 'order_update'],
    [{ latitude: 1 }, ''],
    [{ body: '👍'.repeat(200) }, '👍'.repeat(120)],
  ])('%j', (content, text) => {
    expect(previewOf('out', 'any', content).text).toBe(text);
  });
});
