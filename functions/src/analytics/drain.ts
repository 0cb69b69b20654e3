import { parts } from '../batch/chunk';
import { recordDeadLetters } from '../deadLetters/record';
import { now } from '../platform/clock';
import { acknowledge, pull, type Pulled } from '../platform/pubsub';
import { sleep } from '../platform/sleep';
import { fold, type Counts } from './fold';
import { TOPIC } from './publish';
import { changeEvent, type ChangeEvent } from './schema';

/** Events that are counted in one commit at most. */
const MAX_TOGETHER = 10_000;
const PULL = 1_000;
/** Runs that find nothing are short. */
const WAIT_MS = 2_000;
/** Between two looks events gather, and a commit takes in more of them. */
const PAUSE_MS = 25_000;

/**
 * Takes the events that wait and adds them to the figures, thousands in one commit. They are
 * acknowledged after it; whatever dies before that comes again and is known.
 *
 * @param until while something comes, it is looked again every 25 s until this time
 * @param sample gives what else is to be counted, once; told whether any event came
 * @returns how many events were counted
 */
export async function drainEvents(
  until: number,
  sample: (isBusy: boolean) => Promise<Counts[]>,
): Promise<number> {
  let total = 0;
  let samples: Counts[] | undefined;
  // eslint-disable-next-line recado/no-firestore-in-loops -- what was pulled is counted before more is
  for (;;) {
    const pulled = await pullAll();
    const isFirst = samples === undefined;
    samples ??= await sample(pulled.length > 0);
    total += await take(pulled, isFirst ? samples : []);
    if (pulled.length < MAX_TOGETHER) {
      if (pulled.length === 0 || now() + PAUSE_MS > until) return total;
      await sleep(PAUSE_MS);
    }
    if (now() > until) return total;
  }
}

async function pullAll(): Promise<Pulled[]> {
  const all: Pulled[] = [];
  while (all.length < MAX_TOGETHER) {
    const pulled = await pull(TOPIC, { max: PULL, waitMs: WAIT_MS });
    if (pulled.length === 0) break;
    all.push(...pulled);
  }
  return all;
}

async function take(pulled: readonly Pulled[], samples: readonly Counts[]): Promise<number> {
  const events: ChangeEvent[] = [];
  const strange: string[] = [];
  for (const { body } of pulled) {
    const event = parse(body);
    if (event) events.push(event);
    else strange.push(body);
  }
  const counted = await fold(events, samples);
  await recordDeadLetters(
    strange.map((raw) => ({ kind: 'event' as const, reason: 'not an event of analytics', raw })),
  );
  const ackIds = parts(
    pulled.map(({ ackId }) => ackId),
    PULL,
  );
  await Promise.all(ackIds.map((some) => acknowledge(TOPIC, some)));
  return counted;
}

function parse(body: string): ChangeEvent | undefined {
  try {
    return changeEvent.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
