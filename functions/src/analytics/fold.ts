import { recordDeadLetters } from '../deadLetters/record';
import { now } from '../platform/clock';
import { commit, untilNoConflict } from '../platform/commit';
import { mapConcurrently, partition } from '../shared/async';
import { countedOf, windowOf, OLDEST_EVENT_MS } from './counted';
import { keyOf } from './families';
import { endOf, MINUTES_KEPT_MS, slotOf, startOf } from './levels';
import { namedCounts } from './names';
import type { ChangeEvent } from './schema';
import { metricWrites, readMetrics } from './store';

/** Quarters of an hour that one commit may change; each may be some hundred kB. */
const MAX_QUARTERS = 20;
const CONCURRENCY = 16;

/** Something to count that is not of an event: samples of queues. */
export interface Counts {
  /** Hash of 40 hexadecimal digits; counted once. */
  id: string;
  /** When it came about; decides where it is remembered. */
  at: number;
  counts: { at: number; key: string; name: string; count: number }[];
}

/** What an event adds, minute by minute. */
const countsOf = ({ id, at, facts }: ChangeEvent): Counts => ({
  id,
  at,
  counts: facts.flatMap((fact) =>
    namedCounts(fact).map(([name, count]) => ({ at: fact.at, key: keyOf(fact), name, count })),
  ),
});

/**
 * Adds events to the minutes that their facts are of, each once however often it comes: figures
 * and what was counted change in one commit that demands the versions read.
 *
 * @param samples counts of other origin that go into the same commit
 * @returns how many events were new
 */
export async function fold(
  events: readonly ChangeEvent[],
  samples: readonly Counts[] = [],
): Promise<number> {
  const [fresh, tooOld] = partition(events, ({ at }) => at > now() - OLDEST_EVENT_MS);
  const since = now() - MINUTES_KEPT_MS;
  const late = fresh.flatMap((event) => {
    const facts = event.facts.filter(({ at }) => at < since);
    return facts.length > 0 ? [{ ...event, facts }] : [];
  });
  await recordDeadLetters([
    ...tooOld.map((event) => letterOf(event, 'an event of over eight days ago')),
    ...late.map((event) => letterOf(event, 'a fact about a time over 32 days ago')),
  ]);
  const counts = fresh.map((event) =>
    countsOf({ ...event, facts: event.facts.filter(({ at }) => at >= since) }),
  );
  const added = await addCounts([...counts, ...samples]);
  return added.length - samples.filter(({ id }) => added.includes(id)).length;
}

const letterOf = (event: ChangeEvent, reason: string) => ({
  kind: 'event' as const,
  reason,
  raw: JSON.stringify(event),
});

/** Adds counts that were not added before; gives the ids of those. */
async function addCounts(items: readonly Counts[]): Promise<string[]> {
  if (items.length === 0) return [];
  const quarters = new Set(items.flatMap(({ counts }) => counts.map(quarterOf)));
  if (quarters.size <= MAX_QUARTERS || items.length === 1) return addTogether(items);
  const inOrder = [...items].sort((a, b) => firstOf(a) - firstOf(b));
  const half = Math.ceil(items.length / 2);
  return [...(await addCounts(inOrder.slice(0, half))), ...(await addCounts(inOrder.slice(half)))];
}

const firstOf = ({ counts }: Counts): number => counts[0]?.at ?? 0;
const quarterOf = ({ at }: { at: number }): number => startOf('minute', at);

function addTogether(items: readonly Counts[]): Promise<string[]> {
  return untilNoConflict(async () => {
    const byWindow = Map.groupBy(items, ({ at }) => windowOf(at));
    // eslint-disable-next-line recado/no-firestore-in-loops -- events of one run are of one or two windows
    const memories = await mapConcurrently([...byWindow.keys()], CONCURRENCY, countedOf);
    const counted = new Map([...byWindow.keys()].map((window, n) => [window, memories[n]]));
    const added = items.filter(({ id, at }) => {
      const known = counted.get(windowOf(at));
      if (!known || known.has(id)) return false;
      known.add(id);
      return true;
    });
    if (added.length === 0) return [];

    const counts = added.flatMap((item) => item.counts);
    const starts = [...new Set(counts.map(quarterOf))];
    const minutes = await readMetrics(starts.map((start) => ({ level: 'minute', start })));
    const gridAt = new Map(minutes.map((minute) => [minute.start, minute.grid]));
    for (const { at, key, name, count } of counts) {
      gridAt.get(startOf('minute', at))?.add(key, name, slotOf('minute', at), count);
    }
    await commit([
      ...memories.flatMap((known) => known.writes()),
      ...minutes.flatMap((minute) =>
        metricWrites(minute, Math.max(now(), endOf('minute', minute.start))),
      ),
    ]);
    return added.map(({ id }) => id);
  });
}
