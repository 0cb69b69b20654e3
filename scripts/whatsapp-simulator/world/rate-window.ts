const WINDOW_MS = 1_000;

/** Counts events in a sliding second and remembers the peak. Times must not decrease. */
export class RateWindow {
  #times: number[] = [];
  #head = 0;
  #peak = 0;

  /** The most events in any one second so far. */
  get peak(): number {
    return this.#peak;
  }

  /** Events in the second that ends at `now`. */
  count(now: number): number {
    while ((this.#times[this.#head] ?? Infinity) <= now - WINDOW_MS) this.#head++;
    return this.#times.length - this.#head;
  }

  record(now: number): void {
    this.#times.push(now);
    this.#peak = Math.max(this.#peak, this.count(now));
    // Dropping the dead half now and then keeps each step constant on average.
    if (this.#head > 1_000 && this.#head * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#head);
      this.#head = 0;
    }
  }
}
