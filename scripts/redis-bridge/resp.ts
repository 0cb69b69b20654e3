/** What Redis answers, as it was sent: nothing is turned into objects or numbers of another kind. */
export type Reply =
  | { kind: 'status'; text: string }
  | { kind: 'error'; text: string }
  | { kind: 'integer'; digits: string }
  | { kind: 'bulk'; bytes: Buffer }
  | { kind: 'array'; items: Reply[] }
  | { kind: 'nil' };

const CRLF = '\r\n';

/** A command as Redis reads it. */
export function encodeCommand(args: readonly string[]): Buffer {
  const parts = [Buffer.from(`*${args.length}${CRLF}`)];
  for (const arg of args) {
    const bytes = Buffer.from(arg);
    parts.push(Buffer.from(`$${bytes.length}${CRLF}`), bytes, Buffer.from(CRLF));
  }
  return Buffer.concat(parts);
}

/** Takes what comes from a socket and gives the replies in it, in order. RESP, version 2. */
export class ReplyReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @throws where it is not Redis that talks */
  read(chunk: Buffer): Reply[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const replies: Reply[] = [];
    for (;;) {
      this.#at = 0;
      const reply = this.#reply();
      if (!reply) return replies;
      replies.push(reply);
      this.#bytes = this.#bytes.subarray(this.#at);
    }
  }

  /** `undefined`: the rest of it has not come yet. */
  #reply(): Reply | undefined {
    const line = this.#line();
    if (line === undefined) return undefined;
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return { kind: 'status', text: rest };
      case '-':
        return { kind: 'error', text: rest };
      case ':':
        return { kind: 'integer', digits: rest };
      case '$':
        return this.#bulk(Number(rest));
      case '*':
        return this.#array(Number(rest));
      default:
        throw new Error('That is not the answer of a Redis.');
    }
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf(CRLF, this.#at);
    if (end < 0) return undefined;
    const line = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + CRLF.length;
    return line;
  }

  #bulk(length: number): Reply | undefined {
    if (length < 0) return { kind: 'nil' };
    const end = this.#at + length;
    if (this.#bytes.length < end + CRLF.length) return undefined;
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end + CRLF.length;
    return { kind: 'bulk', bytes };
  }

  #array(length: number): Reply | undefined {
    if (length < 0) return { kind: 'nil' };
    const items: Reply[] = [];
    while (items.length < length) {
      const item = this.#reply();
      if (!item) return undefined;
      items.push(item);
    }
    return { kind: 'array', items };
  }
}
