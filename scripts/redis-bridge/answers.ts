import type { Reply } from './resp.ts';

/** What is answered to one command. */
export type Answer = { result: unknown } | { error: string };

/** How text is written into JSON; Upstash does base64 where it is asked to. */
export type Encoding = 'base64' | 'plain';

/** A reply of Redis in Upstash's JSON. */
export function answerOf(reply: Reply, encoding: Encoding): Answer {
  if (reply.kind === 'error') return { error: reply.text };
  // The one text that is never encoded.
  if (reply.kind === 'status' && reply.text === 'OK') return { result: 'OK' };
  return { result: valueOf(reply, encoding) };
}

function valueOf(reply: Reply, encoding: Encoding): unknown {
  switch (reply.kind) {
    case 'nil':
      return null;
    case 'integer':
      return integerOf(reply.digits);
    case 'status':
    case 'error':
      return textOf(Buffer.from(reply.text), encoding);
    case 'bulk':
      return textOf(reply.bytes, encoding);
    case 'array':
      return reply.items.map((item) => valueOf(item, encoding));
  }
}

const textOf = (bytes: Buffer, encoding: Encoding): string =>
  bytes.toString(encoding === 'base64' ? 'base64' : 'utf8');

/** Numbers beyond what JavaScript counts exactly go out digit by digit. */
const integerOf = (digits: string): unknown =>
  Number.isSafeInteger(Number(digits)) ? Number(digits) : rawJson(digits);

const rawJson = (text: string): unknown =>
  (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
