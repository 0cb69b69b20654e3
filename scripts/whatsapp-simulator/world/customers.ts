import { createHash } from 'node:crypto';
import type { Sender } from '../types.ts';

/** Free-form messages are allowed for so long after the customer's last one. */
const WINDOW_MS = 24 * 60 * 60 * 1_000;

/** The people who write to the business, and since when. */
export class Customers {
  readonly #bsuids = new Map<string, string>();
  readonly #lastWrote = new Map<string, number>();

  /** Records who a customer is; answers the BSUID, if there is one. */
  meet(waId: string, sender: Sender): string | undefined {
    const bsuid =
      sender.bsuid ?? this.#bsuids.get(waId) ?? (sender.hidePhone ? deriveBsuid(waId) : undefined);
    if (bsuid) this.#bsuids.set(waId, bsuid);
    return bsuid;
  }

  bsuidOf(waId: string): string | undefined {
    return this.#bsuids.get(waId);
  }

  /** The customer, by each of these identities, wrote to the number at this time. */
  wrote(phoneNumberId: string, identities: readonly string[], at: number): void {
    for (const identity of identities) {
      const pair = `${phoneNumberId}:${identity}`;
      this.#lastWrote.set(pair, Math.max(at, this.#lastWrote.get(pair) ?? 0));
    }
  }

  windowIsOpen(phoneNumberId: string, identity: string, now: number): boolean {
    const last = this.#lastWrote.get(`${phoneNumberId}:${identity}`);
    return last !== undefined && now - last < WINDOW_MS;
  }
}

/** The same number always gets the same user id, across restarts too. */
function deriveBsuid(waId: string): string {
  const hash = createHash('sha256').update(waId).digest('hex');
  return `US.${BigInt(`0x${hash.slice(0, 15)}`)
    .toString()
    .padStart(19, '1')}`;
}
