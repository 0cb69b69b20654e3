import { expect, it } from 'vitest';
import { conversationOf } from '../world.ts';
import { Ledger } from './ledger.ts';
import { listenersWrong, realtimeOf } from './realtime.ts';

const CHANNEL = '100000000000001';
const seen = (customer: number, unread: number, latest: Record<string, number> = {}) => ({
  conversationId: conversationOf(CHANNEL, customer),
  ...{ unread, latest },
});

async function twoMessages(): Promise<Ledger> {
  const ledger = new Ledger();
  const taken = [1, 2].map((n) => ({ id: `in${n}`, wamid: `wamid${n}`, customer: 0 }));
  await ledger.takeInbound(taken, 5_000, () => Promise.resolve());
  const open = [{ id: 'in3', wamid: 'wamid3', customer: 0 }];
  await ledger.takeInbound(open, 6_000, () => Promise.reject(new Error())).catch(() => undefined);
  return ledger;
}

it('a listener has to show as many messages as came, those without an answer or not', async () => {
  const ledger = await twoMessages();
  const wrong = (unread: number): number => listenersWrong(ledger, CHANNEL, [seen(0, unread)]);
  expect([1, 2, 3, 4].map(wrong)).toEqual([1, 0, 0, 1]);
  expect(listenersWrong(ledger, CHANNEL, [seen(1, 0), seen(2, 1)])).toBe(1);
});

it('a message that was overtaken has no time of its own, nor one from before the load', async () => {
  const shown = [seen(0, 2, { wamid2: 5_040, other: 9_999 })];
  expect(realtimeOf(await twoMessages(), shown, 5_000).count).toBe(1);
  expect(realtimeOf(await twoMessages(), shown, 5_000).p50).toBeCloseTo(40, -1);
  expect(realtimeOf(await twoMessages(), shown, 5_001).count).toBe(0);
});
