import { contactsById, optedOutSince } from '../contacts/lookUp';
import { now } from '../platform/clock';

/** How old the instance's knowledge of wishes may be. */
const MAX_AGE_MS = 3_000;
/** Writes become visible, and clocks differ, by less than this. */
const OVERLAP_MS = 10_000;

const wishes = new Map<string, number>();
/** From which time on all wishes are known, and when they were last asked for. */
let knownFrom = Number.POSITIVE_INFINITY;
let askedAt = 0;
let asking: Promise<void> | undefined;

/**
 * Who of some contacts asked for no more offers since a time. The contacts themselves were read
 * when they became recipients; here only the wishes that came since are, all of them in one query
 * every three seconds.
 */
export async function optedOutOf(ids: readonly string[], since: number): Promise<Set<string>> {
  const from = since - OVERLAP_MS;
  if (from < knownFrom || askedAt < now() - MAX_AGE_MS) {
    asking ??= ask(from).finally(() => {
      asking = undefined;
    });
    await asking;
    if (from < knownFrom) await ask(from);
  }
  const candidates = ids.filter((id) => (wishes.get(id) ?? 0) >= from);
  // They may have taken it back since.
  const confirmed = await contactsById(candidates);
  return new Set(confirmed.filter(({ contact }) => contact.optOut).map(({ id }) => id));
}

async function ask(from: number): Promise<void> {
  const at = now();
  const isOlder = from < knownFrom;
  for (const wish of await optedOutSince(isOlder ? from : askedAt - OVERLAP_MS)) {
    wishes.set(wish.id, wish.at);
  }
  if (isOlder) knownFrom = from;
  askedAt = at;
}

/** Forgets what is known, as a new instance would. For tests. */
export function forgetWishes(): void {
  wishes.clear();
  knownFrom = Number.POSITIVE_INFINITY;
  askedAt = 0;
}
