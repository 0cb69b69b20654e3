import { describe, expect, it } from 'vitest';
import type { Message } from '../../functions/lib/messages/schema.js';
import { checkCounts, checkFigures, checkLedger, figuresOf, type Found } from './correctness.ts';
import { Ledger } from './ledger.ts';

const done = (): Promise<void> => Promise.resolve();
const lost = (): Promise<void> => Promise.reject(new Error('no answer'));

/** What was done: two messages in, two out, statuses of another one, a conversion. */
async function doneThings(): Promise<Ledger> {
  const ledger = new Ledger();
  const inbound = (n: number) => ({ id: `in${n}`, wamid: `wamid${n}`, customer: n });
  await ledger.takeInbound([inbound(1), inbound(2)], 1_000, done);
  await ledger.takeInbound([inbound(3)], 1_000, lost).catch(() => undefined);
  await ledger.takeOutbound(['out1', 'out2', 'told'], done);
  await ledger.takeOutbound(['out3'], lost).catch(() => undefined);
  await ledger.takeStatuses([{ id: 'told', status: 'delivered' }], done);
  await ledger.takeConversion('buy', done);
  return ledger;
}

const received = { direction: 'in' } as Message;
const sent = (times: object): Message => ({ direction: 'out', ...times }) as Message;
const READ = sent({ acceptedAt: 1, sentAt: 2, deliveredAt: 3, readAt: 4 });

const good = (): Found => ({
  messages: new Map([
    ['in1', received],
    ['in2', received],
    ['out1', READ],
    ['out2', READ],
    ['told', sent({ acceptedAt: 1, deliveredAt: 2 })],
  ]),
  conversions: new Set(['buy']),
  sends: new Map([
    ['out1', 1],
    ['out2', 1],
    ['told', 1],
  ]),
});

const wrong = async (change: (found: Found) => void): Promise<string[]> => {
  const found = good();
  change(found);
  return checkLedger(await doneThings(), found)
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);
};

describe('what a run did beside what is there', () => {
  it('is right when everything that was taken is there once', async () => {
    expect(await wrong(() => undefined)).toEqual([]);
  });

  it('is right whether or not something without an answer is there', async () => {
    const names = await wrong(({ messages, sends }) => {
      messages.set('in3', received).set('out3', READ);
      sends.set('out3', 1);
    });
    expect(names).toEqual([]);
  });

  it.each<[string, (found: Found) => void]>([
    ['received messages lost', ({ messages }) => messages.delete('in2')],
    ['messages that WhatsApp got twice', ({ sends }) => sends.set('out3', 2)],
    ['queued messages that WhatsApp did not get', ({ sends }) => sends.delete('out1')],
    ['sends of messages that nobody asked for', ({ sends }) => sends.set('other', 1)],
    [
      'queued messages that did not end as read',
      ({ messages }) => messages.set('out1', sent({ acceptedAt: 1 })),
    ],
    ['statuses lost', ({ messages }) => messages.set('told', sent({ acceptedAt: 1 }))],
    ['conversions lost', ({ conversions }) => conversions.delete('buy')],
  ])('tells of %s', async (name, change) => {
    expect(await wrong(change)).toEqual([name]);
  });

  it('counts exactly, but for what had no answer', async () => {
    const ledger = await doneThings();
    const counts = { received: 3, queued: 3, conversions: 1, unread: 2, deadLetters: 0 };
    const names = (changed: object) =>
      checkCounts(ledger, { ...counts, ...changed })
        .filter(({ ok }) => !ok)
        .map(({ name }) => name);
    expect(names({})).toEqual([]);
    expect(names({ received: 4 })).toEqual(['received messages']);
    expect(names({ queued: 2 })).toEqual(['queued messages']);
    expect(names({ unread: 1, deadLetters: 1 })).toEqual([
      'unread messages of all conversations',
      'dead letters',
    ]);
  });

  it('says what the figures have to be: a message that was delivered was sent', () => {
    const figures = figuresOf(good());
    expect(figures).toEqual({ received: 2, sent: 3, delivered: 3, read: 2, conversion: 1 });
    expect(checkFigures({ ...figures, read: 3 }, figures).filter(({ ok }) => !ok)).toMatchObject([
      { name: 'figures: read', actual: '3', expected: '2' },
    ]);
  });
});
