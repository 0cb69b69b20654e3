/** Shorter texts are copied sooner than the engine is asked to. */
const SHORT = 32;
const INITIAL_BYTES = 64 * 1024;
/** A larger buffer is not kept for the next message. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/**
 * Writes a protocol buffers message from its end to its beginning: a nested message's length comes
 * before it and is known only after it, so this way nothing is measured or moved.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class BackwardWriter {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #at = INITIAL_BYTES;

  /** Bytes written so far. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** Forgets what was written, also what an error left half. */
  clear(): void {
    if (this.#buffer.length > MAX_KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.#at = this.#buffer.length;
  }

  /** A copy of what was written; the next message may begin. */
  finish(): Buffer {
    const message = Buffer.from(this.#buffer.subarray(this.#at));
    this.clear();
    return message;
  }

  /** An unsigned number, up to the largest safe one. */
  varint(value: number): void {
    const size = varintSize(value);
    this.#makeRoom(size);
    let at = (this.#at -= size);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#buffer[at++] = (rest % 128) | 128;
    this.#buffer[at] = rest;
  }

  /** A signed safe number; a negative one takes ten bytes. */
  int64(value: number): void {
    if (value >= 0) {
      this.varint(value);
      return;
    }
    this.#makeRoom(10);
    let at = (this.#at -= 10);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 128n; rest >>= 7n) this.#buffer[at++] = Number(rest & 127n) | 128;
    this.#buffer[at] = Number(rest);
  }

  double(value: number): void {
    this.#makeRoom(8);
    this.#buffer.writeDoubleLE(value, (this.#at -= 8));
  }

  bytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, (this.#at -= bytes.length));
  }

  text(text: string): void {
    if (text.length <= SHORT && this.#ascii(text)) return;
    const size = Buffer.byteLength(text);
    this.#makeRoom(size);
    this.#buffer.write(text, (this.#at -= size), size, 'utf8');
  }

  /** Puts tag and length before all that was written since the length was `end`. */
  close(tag: number, end: number): void {
    this.varint(this.length - end);
    this.varint(tag);
  }

  /** A field that is a text. */
  textField(tag: number, text: string): void {
    const end = this.length;
    this.text(text);
    this.close(tag, end);
  }

  /** Writes a text that is all ASCII; false where it is not. */
  #ascii(text: string): boolean {
    this.#makeRoom(text.length);
    let at = this.#at;
    for (let index = text.length - 1; index >= 0; index--) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      this.#buffer[--at] = code;
    }
    this.#at = at;
    return true;
  }

  #makeRoom(size: number): void {
    if (this.#at >= size) return;
    const { length } = this;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, 2 * (length + size)));
    this.#buffer.copy(larger, larger.length - length, this.#at);
    this.#buffer = larger;
    this.#at = larger.length - length;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}
