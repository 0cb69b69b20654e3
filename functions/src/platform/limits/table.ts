import { apiLimit, bulkLimit, signInLimit, webhookTestLimit, whatsappLimit } from '../../params';

/** A bound on how much one subject may do in a window; windows begin at whole multiples of it. */
export interface Limit {
  /** How much a window lets through; 0: no limit. `of` is the caller's role, where roles differ. */
  max: (of: string) => number;
  windowMs: number;
  /**
   * While Redis is configured but cannot be asked: `closed` refuses what it cannot count, so that
   * the instances together never pass it; `open` has each instance hold the limit by itself.
   */
  withoutRedis: 'open' | 'closed';
}

const MINUTE_MS = 60_000;

/** Every limit; docs/limits.md tells people of them. */
export const LIMITS = {
  /** Sign-ins from an address. Comfort: a team behind one address has to get in. */
  signIn: { max: signInLimit, windowMs: 5 * MINUTE_MS, withoutRedis: 'open' },
  /** Messages of a member, sent one by one. Protects the number and money. */
  send: { max: whatsappLimit, windowMs: MINUTE_MS, withoutRedis: 'closed' },
  /** Messages of a member sent in bulk. Protects the number and money. */
  bulk: { max: bulkLimit, windowMs: MINUTE_MS, withoutRedis: 'closed' },
  /** Other calls of a member that call WhatsApp, for each callable. Comfort: they send nothing. */
  whatsapp: { max: whatsappLimit, windowMs: MINUTE_MS, withoutRedis: 'open' },
  /** All other calls of a member, by role. Comfort: one client must not slow down the others. */
  api: { max: apiLimit, windowMs: MINUTE_MS, withoutRedis: 'open' },
  /** Handshakes of webhooks from an address. Comfort: the token is too long to be guessed. */
  webhookTest: { max: webhookTestLimit, windowMs: MINUTE_MS, withoutRedis: 'open' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
