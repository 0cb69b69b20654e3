import { z } from 'zod';
import { callGraph } from './client';

const answer = z.object({ messaging_limit_tier: z.string().max(40).optional() });

/** People outside open windows in a moving 24 h, by Meta's names of the limits. */
const PEOPLE: Record<string, number | null> = {
  TIER_50: 50,
  TIER_250: 250,
  TIER_1K: 1_000,
  TIER_2K: 2_000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: null,
};

/**
 * How many people the business may write to first in 24 h; null where WhatsApp does not say.
 *
 * @see https://developers.facebook.com/docs/whatsapp/messaging-limits
 */
export async function messagingLimit(
  channelId: string,
): Promise<{ tier: string; people: number | null } | null> {
  const outcome = await callGraph('GET', `${channelId}?fields=messaging_limit_tier`);
  const parsed = outcome.kind === 'accepted' ? answer.safeParse(outcome.body) : undefined;
  const tier = parsed?.data?.messaging_limit_tier;
  return tier !== undefined && tier in PEOPLE ? { tier, people: PEOPLE[tier] ?? null } : null;
}
