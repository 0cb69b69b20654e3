import { messageState } from '../../functions/lib/messages/rules.js';
import type { Message } from '../../functions/lib/messages/schema.js';
import { call } from '../backend/callable.ts';
import type { Listeners } from '../realtime/listeners.ts';
import type { Seen } from '../realtime/protocol.ts';
import type { World } from '../scenarios/types.ts';
import { FIGURES, type Figures } from './correctness.ts';
import { readMany } from './documents.ts';
import { listenersWrong } from './realtime.ts';
import { settle } from './settle.ts';

const TIMEOUT_MS = 120_000;
const DAY_MS = 86_400_000;

/** Waits until what was queued was read, and no webhook is on its way. */
export async function settleQueue({ ledger, backend }: World): Promise<void> {
  let open = [...ledger.outbound.keys()].filter((id) => !ledger.statuses.has(id));
  await settle(
    async () => {
      const messages = await readMany<Message>('messages', open);
      open = open.filter((id) => {
        const message = messages.get(id);
        return message !== undefined && messageState(message) !== 'read';
      });
      return open.length;
    },
    (left) => left === 0,
    TIMEOUT_MS,
  );
  // What is still pending after that is found as lost.
  await backend.simulator.idle(TIMEOUT_MS).catch(() => undefined);
}

/** Waits until the listeners show what came. */
export const settleListeners = (
  { ledger, backend }: World,
  listeners: Listeners,
): Promise<Seen[]> =>
  settle(
    () => listeners.seen(),
    (seen) => listenersWrong(ledger, backend.channelId, seen) === 0,
    TIMEOUT_MS / 4,
  );

/** Waits until the figures are those of the documents; gives the last ones. */
export function settleFigures({ backend }: World, documents: Figures): Promise<Figures> {
  let tries = 0;
  return settle(
    async () => {
      await backend.refreshFigures();
      const now = Date.now();
      const { totals } = await call<{ totals: Partial<Figures>[] }>(backend, 'analytics-get', {
        from: now - DAY_MS,
        to: now + DAY_MS,
        // Asked differently each time, because an answer may be ten seconds old.
        limit: 1_000 - (tries++ % 900),
      });
      return Object.fromEntries(
        FIGURES.map((name) => [name, totals[0]?.[name] ?? 0]),
      ) as unknown as Figures;
    },
    (figures) => FIGURES.every((name) => figures[name] === documents[name]),
    TIMEOUT_MS / 2,
  );
}
