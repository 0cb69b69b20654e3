/** Counts by slot of time; those that are zero are left out. */
type Counts = Map<number, number>;

/**
 * Counts by what is counted (`1234|out|text`), name (`sent`) and slot of time. Adding is all that
 * ever happens to it, so it does not depend on an order.
 */
export class Grid {
  readonly #series = new Map<string, Map<string, Counts>>();

  add(key: string, name: string, slot: number, count: number): void {
    const series = this.#series.get(key) ?? new Map<string, Counts>();
    const counts = series.get(name) ?? new Map<number, number>();
    const sum = (counts.get(slot) ?? 0) + count;
    if (sum === 0) counts.delete(slot);
    else counts.set(slot, sum);
    if (counts.size > 0) series.set(name, counts);
    else series.delete(name);
    if (series.size > 0) this.#series.set(key, series);
    else this.#series.delete(key);
  }

  /** Empties a slot, or the names of it for which `isMeant` holds. */
  clear(slot: number, isMeant: (name: string) => boolean = () => true): void {
    for (const [key, name, at, count] of [...this.cells()]) {
      if (at === slot && isMeant(name)) this.add(key, name, at, -count);
    }
  }

  *cells(): Generator<[key: string, name: string, slot: number, count: number]> {
    for (const [key, series] of this.#series) {
      for (const [name, counts] of series) {
        for (const [slot, count] of counts) yield [key, name, slot, count];
      }
    }
  }

  /** The series as JSON by key, in a fixed order, so that equal grids give equal texts. */
  encode(): Record<string, string> {
    const sorted = <V>(entries: Iterable<[string | number, V]>) =>
      [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      sorted(this.#series).map(([key, series]) => [
        key,
        JSON.stringify(
          Object.fromEntries(
            sorted(series).map(([name, counts]) => [name, Object.fromEntries(sorted(counts))]),
          ),
        ),
      ]),
    );
  }

  static decode(series: Record<string, string>): Grid {
    const grid = new Grid();
    for (const [key, text] of Object.entries(series)) {
      const names = JSON.parse(text) as Record<string, Record<string, number>>;
      for (const [name, counts] of Object.entries(names)) {
        for (const [slot, count] of Object.entries(counts))
          grid.add(key, name, Number(slot), count);
      }
    }
    return grid;
  }
}
