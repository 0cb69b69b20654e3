import { createHmac } from 'node:crypto';
import type { WebhookAnswer, WebhookPost } from '../types.ts';

/** Enough of an answer to see what went wrong. */
const MAX_TEXT = 2_000;

/** Where to post, and how to sign. */
export interface Target {
  url: string;
  appSecret: string;
  timeoutMs: number;
}

/** Posts a body as Meta does. It never throws: no answer is status 0. */
export async function postSigned(
  body: string | Buffer,
  target: Target,
  signature: WebhookPost['signature'] = 'valid',
  stop?: AbortSignal,
): Promise<WebhookAnswer> {
  const secret = signature === 'invalid' ? `not-${target.appSecret}` : target.appSecret;
  return answerOf(target, stop, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      ...(signature !== 'missing' && { 'x-hub-signature-256': sign(body, secret) }),
    },
    body,
  });
}

/** A GET of the target, for the handshake. */
export async function getFrom(target: Target): Promise<WebhookAnswer> {
  return answerOf(target, undefined, { method: 'GET' });
}

/** `sha256=` and the hexadecimal HMAC of the exact bytes. */
export function sign(body: string | Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

async function answerOf(
  target: Target,
  stop: AbortSignal | undefined,
  init: RequestInit,
): Promise<WebhookAnswer> {
  const started = performance.now();
  const timeout = AbortSignal.timeout(target.timeoutMs);
  const signal = stop ? AbortSignal.any([stop, timeout]) : timeout;
  const answer = (status: number, text: string) => ({
    status,
    text: text.slice(0, MAX_TEXT),
    ms: Math.round(performance.now() - started),
  });
  try {
    const response = await fetch(target.url, { ...init, redirect: 'manual', signal });
    return answer(response.status, await response.text());
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return answer(0, String(reason));
  }
}
