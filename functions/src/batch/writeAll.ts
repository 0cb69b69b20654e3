import { GRPC, grpcCode } from '../platform/commit';
import type { Version } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { chunksOf, wavesOf, type ChunkLimits } from './chunk';
import { ItemError, Stopped, verdictOf, type Verdict } from './errors';
import { prepare, type Method } from './protocol';
import type { Run } from './run';
import { settle } from './settle';
import { isConditional, isRepeatable, sizeOfWrite, type Write } from './write';

/** What became of one write. */
export type Outcome =
  /** Applied; `version` is the document's since then (none for a deletion). */
  | { outcome: 'ok'; version: Version | undefined }
  /** There is no document to update or, with `mustExist`, to delete. */
  | { outcome: 'missing' }
  /** The document is not at `version` (or gone), or exists already. Nothing was written. */
  | { outcome: 'conflict' }
  /** Not written; if `error.isInDoubt`, perhaps written. */
  | { outcome: 'failed'; error: ItemError };

/**
 * Firestore takes 10 MiB a request, its emulator 4. Several requests of this size at once are
 * faster than one that is larger.
 */
const WRITE_LIMITS: ChunkLimits = { count: 500, bytes: 3.5 * 1024 * 1024 };
/** Of jobs whose commits have to follow each other, since each moves a checkpoint. */
export const STEP_LIMITS: ChunkLimits = { ...WRITE_LIMITS, count: 1_000 };

/** A write on its way. */
interface Item {
  write: Write;
  bytes: number;
  /** A request with it was sent whose answer got lost. */
  isInDoubt: boolean;
  outcome: Outcome | undefined;
}

/**
 * Applies writes, each by itself, in as few round trips as possible, and gives what became of each,
 * in order. Writes to the same document are applied in the order given, one after the other.
 */
export async function writeAll(run: Run, writes: readonly Write[]): Promise<Outcome[]> {
  const items = writes.map(itemOf);
  const open = items.filter(({ outcome }) => outcome === undefined);
  const limits = { ...WRITE_LIMITS, count: Math.min(WRITE_LIMITS.count, run.burst) };
  for (const wave of wavesOf(open, ({ write }) => write.path)) {
    const chunks = chunksOf(wave, limits, ({ bytes }) => bytes);
    await mapConcurrently(chunks, run.settings.concurrency, async (chunk) => {
      await writeChunk(run, chunk, 1);
      run.advance(chunk.length);
    });
  }
  return items.map(({ outcome }) => outcome as Outcome);
}

function itemOf(write: Write): Item {
  const item: Item = { write, bytes: 0, isInDoubt: false, outcome: undefined };
  try {
    item.bytes = sizeOfWrite(write);
  } catch (error) {
    fail(item, error, 0);
  }
  return item;
}

/**
 * Sends until every item has an outcome. Where hardly any can be refused, they are sent as one
 * commit, for which Firestore has much less to do; if it is refused, or held up by somebody else's
 * work on one of the documents, each is sent to stand for itself.
 */
async function writeChunk(run: Run, chunk: Item[], firstAttempt: number): Promise<void> {
  const unsettled: Item[] = [];
  let open = chunk;
  let method: Method = chunk.some(({ write }) => isConditional(write)) ? 'batchWrite' : 'commit';
  for (let attempt = firstAttempt; open.length > 0; attempt++) {
    const answers = await sendOnce(run, open, method);
    if (method === 'commit' && answers.some(isRefusal)) {
      // Nothing was applied, for the sake of some of it.
      method = 'batchWrite';
      attempt--;
      continue;
    }
    const tooMuch = answers.filter(({ verdict }) => verdict === 'split').map(({ item }) => item);
    if (tooMuch.length > 1) {
      // One of them is not taken, or their sum; alone, each answers for itself.
      const middle = Math.ceil(tooMuch.length / 2);
      const halves = [tooMuch.slice(0, middle), tooMuch.slice(middle)];
      await Promise.all(halves.map((half) => writeChunk(run, half, attempt)));
    }
    const isLast = attempt >= run.settings.attempts;
    open = answers
      .filter(({ verdict }) => verdict !== 'split' || tooMuch.length === 1)
      .flatMap((answer) => judge(answer, attempt, isLast, unsettled));
    if (open.length > 0)
      await run.pause(attempt, answers.find(({ verdict }) => verdict !== 'ok')?.error);
  }
  if (unsettled.length > 0) await settleRefused(run, unsettled);
}

const isRefusal = ({ verdict, error }: Answer): boolean =>
  verdict === 'missing' || verdict === 'conflict' || grpcCode(error) === GRPC.aborted;

interface Answer {
  item: Item;
  verdict: Verdict | 'ok';
  version?: Version | undefined;
  error?: unknown;
}

/** One request; an answer an item, also when the request as a whole failed. */
async function sendOnce(run: Run, items: Item[], method: Method): Promise<Answer[]> {
  const { send, refused } = prepare(
    items.map(({ write }) => write),
    method,
  );
  const invalid = items.filter(({ write }) => refused.has(write));
  const valid = items.filter(({ write }) => !refused.has(write));
  const answers = invalid.map((item): Answer => ({
    item,
    verdict: 'final',
    error: refused.get(item.write),
  }));
  try {
    const statuses = await run.send('a write', valid.length, send);
    for (const [index, { code, message, version }] of statuses.entries()) {
      const item = valid[index] as Item;
      if (code === 0) answers.push({ item, verdict: 'ok', version });
      else {
        const error = Object.assign(new Error(message), { code });
        answers.push({ item, verdict: verdictOf(error), error });
      }
    }
  } catch (error) {
    const verdict = verdictOf(error as { code?: unknown });
    answers.push(...valid.map((item) => ({ item, verdict, error })));
  }
  return answers;
}

/** Gives an item its outcome, or gives it back where it is to be sent again. */
function judge(
  { item, verdict, version, error }: Answer,
  attempt: number,
  isLast: boolean,
  unsettled: Item[],
): Item[] {
  switch (verdict) {
    case 'ok':
      item.outcome = { outcome: 'ok', version };
      return [];
    case 'missing':
    case 'conflict':
      item.outcome = { outcome: verdict };
      if (item.isInDoubt || mayBeGone(item.write)) unsettled.push(item);
      return [];
    case 'again':
    case 'in-doubt': {
      if (verdict === 'in-doubt') item.isInDoubt = true;
      const mayBeSent =
        verdict === 'again' || isRepeatable(item.write) || demandsVersion(item.write);
      if (mayBeSent && !isLast) return [item];
      fail(item, error, attempt);
      return [];
    }
    case 'split':
    case 'final':
      fail(item, error, error instanceof Stopped ? attempt - 1 : attempt);
      return [];
  }
}

/** Whether it cannot be applied a second time. */
const demandsVersion = (write: Write): boolean => write.kind === 'create' || 'version' in write;

/** A deletion that demands a version is refused alike where the document changed and where it is gone. */
const mayBeGone = (write: Write): boolean =>
  write.kind === 'delete' && write.version !== undefined && !write.mustExist;

/** What was refused, perhaps after its answer had got lost once: was it refused because it was done? */
async function settleRefused(run: Run, items: Item[]): Promise<void> {
  try {
    const looks = await settle(
      run,
      items.map(({ write }) => write),
    );
    for (const [index, item] of items.entries()) {
      const look = looks[index];
      if (look?.isDone) item.outcome = { outcome: 'ok', version: look.version };
      else if (item.isInDoubt && item.outcome?.outcome === 'conflict') {
        fail(item, new Error('its answer was lost, and it was changed since'), 1);
      }
    }
  } catch (error) {
    for (const item of items) fail(item, error, 1);
  }
}

function fail(item: Item, cause: unknown, attempts: number): void {
  const { write, isInDoubt } = item;
  item.outcome = {
    outcome: 'failed',
    error: new ItemError(write.path, cause, { attempts, isInDoubt }),
  };
}
