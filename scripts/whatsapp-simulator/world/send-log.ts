import type { AcceptedSend, SendCounts, SendPage, SendQuery } from '../types.ts';
import type { Journal } from './journal.ts';
import { RateWindow } from './rate-window.ts';

const DEFAULT_PAGE = 100;

/** The accepted sends, in memory for look-ups and in the journal for good. */
export class SendLog {
  readonly #journal: Journal;
  readonly #sends: AcceptedSend[] = [];
  readonly #byRecipient = new Map<string, number>();
  readonly #byCallbackData = new Map<string, number>();
  readonly #rates = new Map<string, RateWindow>();

  constructor(journal: Journal, earlier: readonly AcceptedSend[] = []) {
    this.#journal = journal;
    for (const send of earlier) this.#index(send);
  }

  get total(): number {
    return this.#sends.length;
  }

  /** Journals the send first, then counts it. */
  append(send: Omit<AcceptedSend, 'seq'>): AcceptedSend {
    const numbered = { seq: (this.#sends.at(-1)?.seq ?? 0) + 1, ...send };
    this.#journal.append(numbered);
    this.#index(numbered);
    return numbered;
  }

  /** Sends that the number had accepted in the second before `now`. */
  inLastSecond(phoneNumberId: string, now: number): number {
    return this.#rates.get(phoneNumberId)?.count(now) ?? 0;
  }

  find(query: SendQuery): SendPage {
    const { recipient, callbackData, limit = DEFAULT_PAGE, after = 0 } = query;
    const data: AcceptedSend[] = [];
    for (const send of this.#sends) {
      if (send.seq <= after) continue;
      if (recipient !== undefined && send.recipient !== recipient) continue;
      if (callbackData !== undefined && send.callbackData !== callbackData) continue;
      const last = data.at(-1);
      if (data.length === limit && last) return { data, after: last.seq };
      data.push(send);
    }
    return { data };
  }

  counts(): SendCounts {
    return {
      total: this.total,
      byRecipient: Object.fromEntries(this.#byRecipient),
      duplicates: [...this.#byCallbackData]
        .filter(([, count]) => count > 1)
        .map(([callbackData, count]) => ({ callbackData, count })),
      maxPerSecond: Object.fromEntries([...this.#rates].map(([id, rate]) => [id, rate.peak])),
    };
  }

  #index(send: AcceptedSend): void {
    this.#sends.push(send);
    increment(this.#byRecipient, send.recipient);
    if (send.callbackData !== undefined) increment(this.#byCallbackData, send.callbackData);
    const rate = this.#rates.get(send.phoneNumberId) ?? new RateWindow();
    this.#rates.set(send.phoneNumberId, rate);
    rate.record(send.at);
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
