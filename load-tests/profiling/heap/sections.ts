/** A part of a snapshot's file, which may go over many pieces. */
export interface Section {
  /** Reads on from a place in a piece and gives where it stopped: at the end, or behind itself. */
  read(piece: Buffer, at: number): number;
  isOver: boolean;
}

const byte = (character: string): number => character.charCodeAt(0);
const QUOTE = byte('"');
const BACKSLASH = byte('\\');
const OPEN = byte('[');
const CLOSE = byte(']');
const ZERO = byte('0');
const NINE = byte('9');

/** What stands before a list, with the list's name at its end. */
export class Between implements Section {
  text = '';
  name = '';
  isOver = false;

  read(piece: Buffer, at: number): number {
    const open = piece.indexOf(OPEN, at);
    if (open < 0) {
      this.text += piece.toString('latin1', at);
      return piece.length;
    }
    this.text += piece.toString('latin1', at, open + 1);
    // Names of the outermost lists begin a line; the header's own lists do not.
    const name = /\n"(\w+)":\[$/.exec(this.text)?.[1];
    this.isOver = name !== undefined;
    this.name = name ?? '';
    return open + 1;
  }
}

/** A list of whole numbers, handed over in groups of so many. The group is used again. */
export class Numbers implements Section {
  isOver = false;
  private value = 0;
  private hasDigits = false;
  private filled = 0;
  private readonly group: number[];
  private readonly handle: (group: readonly number[]) => void;

  constructor(size: number, handle: (group: readonly number[]) => void) {
    this.group = new Array<number>(size).fill(0);
    this.handle = handle;
  }

  read(piece: Buffer, at: number): number {
    for (; at < piece.length; at++) {
      const code = piece[at] as number;
      if (code >= ZERO && code <= NINE) {
        this.value = this.value * 10 + code - ZERO;
        this.hasDigits = true;
        continue;
      }
      if (this.hasDigits) this.take();
      if (code === CLOSE) {
        this.isOver = true;
        return at + 1;
      }
    }
    return at;
  }

  private take(): void {
    this.group[this.filled++] = this.value;
    this.value = 0;
    this.hasDigits = false;
    if (this.filled < this.group.length) return;
    this.filled = 0;
    this.handle(this.group);
  }
}

/** A list that nobody wants; it has no strings in it. */
export class Skipped implements Section {
  isOver = false;
  private depth = 1;

  read(piece: Buffer, at: number): number {
    for (; at < piece.length; at++) {
      const code = piece[at];
      if (code === OPEN) this.depth++;
      if (code === CLOSE && --this.depth === 0) {
        this.isOver = true;
        return at + 1;
      }
    }
    return at;
  }
}

/** A list of strings, of which only the wanted ones are kept. */
export class Strings implements Section {
  readonly found = new Map<number, string>();
  isOver = false;
  private index = 0;
  private isInside = false;
  private isEscaped = false;
  private parts: Buffer[] = [];
  private readonly wanted: ReadonlySet<number>;

  constructor(wanted: ReadonlySet<number>) {
    this.wanted = wanted;
  }

  read(piece: Buffer, at: number): number {
    let from = at;
    for (; at < piece.length; at++) {
      const code = piece[at];
      if (this.isEscaped) {
        this.isEscaped = false;
      } else if (this.isInside && code === BACKSLASH) {
        this.isEscaped = true;
      } else if (code === QUOTE) {
        if (this.isInside) this.keep(piece.subarray(from, at));
        this.isInside = !this.isInside;
        from = at + 1;
      } else if (!this.isInside && code === CLOSE) {
        this.isOver = true;
        return at + 1;
      }
    }
    // The piece's memory is its owner's.
    if (this.isInside && this.wanted.has(this.index))
      this.parts.push(Buffer.from(piece.subarray(from)));
    return at;
  }

  private keep(last: Buffer): void {
    if (this.wanted.has(this.index)) {
      const text = Buffer.concat([...this.parts, last]).toString('utf8');
      this.found.set(this.index, JSON.parse(`"${text}"`) as string);
      this.parts = [];
    }
    this.index++;
  }
}
