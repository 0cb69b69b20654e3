import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The answer to Meta's handshake (`hub.mode`, `hub.verify_token`, `hub.challenge`): the challenge,
 * or `null` when it does not know the token. Challenges are numbers; anything else would let
 * somebody who knows the token have us serve text of their own.
 */
export function handshakeAnswer(
  query: Record<string, unknown>,
  verifyToken: string,
): string | null {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
  if (mode !== 'subscribe' || typeof token !== 'string' || !isSame(token, verifyToken)) return null;
  return typeof challenge === 'string' && /^[\w-]{1,200}$/.test(challenge) ? challenge : null;
}

/** In constant time; hashing makes the lengths equal. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
