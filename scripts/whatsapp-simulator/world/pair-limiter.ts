/**
 * Meta's limit on messages to one user: one per interval, and bursts are borrowed against later.
 *
 * A virtual schedule (GCRA): every message moves the pair's next slot by one interval, and a
 * message may come at most `burst - 1` intervals ahead of its slot.
 */
export class PairLimiter {
  readonly #nextSlot = new Map<string, number>();

  allows(pair: string, now: number, limit: { intervalMs: number; burst: number }): boolean {
    const slot = this.#nextSlot.get(pair) ?? now;
    return slot - now <= (limit.burst - 1) * limit.intervalMs;
  }

  record(pair: string, now: number, limit: { intervalMs: number }): void {
    this.#nextSlot.set(pair, Math.max(this.#nextSlot.get(pair) ?? now, now) + limit.intervalMs);
  }
}
