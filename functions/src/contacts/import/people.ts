/** Of one person a file may have so much: all of it is merged at once. */
const LIMIT = { rows: 1_000, characters: 1_000_000 };

/**
 * Which rows of a file are about one person: those that share an alias, or are linked by rows that
 * do. Rows are known by their number, from 0; a million of them take some 100 MB.
 */
export class People {
  /** The first row with an alias. */
  readonly #firstWith = new Map<number, number>();
  /** For each row one before it of the same person, or itself. */
  readonly #before: number[] = [];
  readonly #rows: number[] = [];
  readonly #characters: number[] = [];

  /**
   * Adds the next row.
   *
   * @param aliases their ids; none: it is about nobody
   * @returns false where there would be too much of one person; then it stays by itself
   */
  add(aliases: readonly string[], characters: number): boolean {
    const row = this.#before.push(this.#before.length) - 1;
    this.#rows.push(1);
    this.#characters.push(characters);
    const keys = aliases.map(keyOf);
    const met = keys.flatMap((key) => {
      const first = this.#firstWith.get(key);
      return first === undefined ? [] : [this.firstOf(first)];
    });
    const firsts = [...new Set([...met, row])];
    const rows = sumOf(firsts, this.#rows);
    const size = sumOf(firsts, this.#characters);
    if (firsts.length > 1 && (rows > LIMIT.rows || size > LIMIT.characters)) return false;

    const first = Math.min(...firsts);
    for (const other of firsts) this.#before[other] = first;
    this.#rows[first] = rows;
    this.#characters[first] = size;
    for (const key of keys) if (!this.#firstWith.has(key)) this.#firstWith.set(key, row);
    return true;
  }

  /** The first row about the person whom a row is about. */
  firstOf(row: number): number {
    let first = row;
    while (this.#before[first] !== first) first = this.#before[first] as number;
    this.#before[row] = first;
    return first;
  }

  /** How many rows are about the person whom a row is about, and how long they are. */
  sizeOf(row: number): { rows: number; characters: number } {
    const first = this.firstOf(row);
    return {
      rows: this.#rows[first] as number,
      characters: this.#characters[first] as number,
    };
  }
}

/** Numbers take less memory than ids. Two people who share one are dealt with together, no more. */
const keyOf = (alias: string): number => Number.parseInt(alias.slice(0, 13), 16);

const sumOf = (rows: readonly number[], values: readonly number[]): number =>
  rows.reduce((sum, row) => sum + (values[row] as number), 0);
