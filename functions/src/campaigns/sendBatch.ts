import { now } from '../platform/clock';
import { sleep } from '../platform/sleep';
import { sendMessage, type SendOutcome } from '../platform/whatsapp/client';
import type { Pace, Window } from './pace';

/** A message that is ready to be sent. */
export interface Ready {
  id: string;
  channelId: string;
  payload: object;
}

/** How a lane's sends are let through. */
export interface Gate {
  window: Window;
  pace: Pace;
  /** Whether nothing more may be sent. */
  isClosed: () => boolean;
}

/** A micro-batch goes out over this part of a second, so that its answers come within the rest. */
const SPREAD_MS = 500;
const POLL_MS = 5;

/**
 * Sends messages at the lane's pace and gives what each came to. Once the gate closes, what was not
 * handed to WhatsApp yet is not: its outcome is missing.
 */
export async function sendBatch(
  gate: Gate,
  batch: readonly Ready[],
): Promise<Map<string, SendOutcome>> {
  const outcomes = new Map<string, SendOutcome>();
  const onTheirWay: Promise<void>[] = [];
  for (const { id, channelId, payload } of batch) {
    const limit = gate.pace.limit(now());
    gate.window.setLimit(limit);
    await turn(gate);
    if (gate.isClosed()) break;
    const token = gate.window.begin();
    onTheirWay.push(
      sendMessage(channelId, payload)
        .then((outcome) => void outcomes.set(id, outcome))
        .finally(() => gate.window.end(token)),
    );
    await sleep(SPREAD_MS / Math.max(limit, batch.length));
  }
  await Promise.all(onTheirWay);
  return outcomes;
}

/** Waits until one more may be sent. */
async function turn({ window, ...gate }: Gate): Promise<void> {
  for (let delay = window.delay(); delay !== 0 && !gate.isClosed(); delay = window.delay()) {
    await sleep(delay === null ? POLL_MS : Math.ceil(delay));
  }
}
