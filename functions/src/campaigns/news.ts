import { now } from '../platform/clock';

/** Writes become visible, and clocks differ, by less than this. */
const OVERLAP_MS = 10_000;

/** What became of contacts since a time, with the time that it was stored. */
type Ask = (since: number) => Promise<{ id: string; at: number }[]>;

/** What an instance knows of news about contacts. */
export interface News {
  /** Whom of some contacts there is news about since a time. */
  about(ids: readonly string[], since: number): Promise<string[]>;
  /** Forgets what is known, as a new instance would. For tests. */
  forget(): void;
}

/**
 * Keeps what happened to contacts lately: all of it in one query, asked again when what is known is
 * `maxAgeMs` old. The contacts themselves were read when they became recipients; here only
 * what came since is.
 */
export function newsOf(ask: Ask, maxAgeMs: number): News {
  const known = new Map<string, number>();
  /** From which time on all is known, and when it was last asked for. */
  let knownFrom = Number.POSITIVE_INFINITY;
  let askedAt = 0;
  let asking: Promise<void> | undefined;

  async function look(from: number): Promise<void> {
    const at = now();
    const isOlder = from < knownFrom;
    for (const news of await ask(isOlder ? from : askedAt - OVERLAP_MS)) {
      known.set(news.id, news.at);
    }
    if (isOlder) knownFrom = from;
    askedAt = at;
  }

  return {
    async about(ids, since) {
      const from = since - OVERLAP_MS;
      if (from < knownFrom || askedAt <= now() - maxAgeMs) {
        asking ??= look(from).finally(() => {
          asking = undefined;
        });
        await asking;
        if (from < knownFrom) await look(from);
      }
      return ids.filter((id) => (known.get(id) ?? 0) >= from);
    },
    forget() {
      known.clear();
      knownFrom = Number.POSITIVE_INFINITY;
      askedAt = 0;
    },
  };
}
