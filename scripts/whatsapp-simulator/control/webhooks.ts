import { randomInt } from 'node:crypto';
import type { HandshakeResult, WebhookAnswer, WebhookPost } from '../types.ts';
import { getFrom, postSigned } from '../webhooks/post.ts';
import { envelope } from '../webhooks/update.ts';
import { ControlError } from './error.ts';
import type { ControlHandler } from './handler.ts';

/** Posts exactly what is given, once, past the queue and the faults. */
export const postWebhook: ControlHandler = ({ world }, request): Promise<WebhookAnswer> => {
  const post = request.json() as WebhookPost;
  return postSigned(bodyOf(post, world.config.wabaId), world.target(), post.signature);
};

/** Verifies the webhook as Meta does when it is registered. */
export const handshake: ControlHandler = async ({ world }): Promise<HandshakeResult> => {
  const { verifyToken } = world.config;
  const challenge = String(randomInt(1_000_000_000, 2_000_000_000));
  const target = world.target();
  const url = new URL(target.url);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.verify_token', verifyToken);
  url.searchParams.set('hub.challenge', challenge);

  const answer = await getFrom({ ...target, url: url.href });
  const verified = answer.status === 200 && answer.text === challenge;
  return { ...answer, verified, challenge };
};

function bodyOf({ raw, body, value, field = 'messages' }: WebhookPost, wabaId: string): string {
  if (raw !== undefined) return raw;
  if (body !== undefined) return JSON.stringify(body);
  if (value !== undefined) return JSON.stringify(envelope(wabaId, [{ field, value }]));
  throw new ControlError(400, 'One of value, body and raw is needed.');
}
