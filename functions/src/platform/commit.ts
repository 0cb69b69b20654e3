import type { DocumentData, Transaction, WriteBatch } from '@google-cloud/firestore';
import { backoffDelay } from '../shared/backoff';
import { now } from './clock';
import { withDeadline } from './deadline';
import { db, fromVersion, toVersion, type Version } from './firestore';
import { addPlain, addPlainUpdate, type EncodedOps } from './plainWrite';
import { sleep } from './sleep';

/** A write as plain data, so that several domains can compose one commit. Paths are documents'. */
export type WriteOp =
  | { kind: 'create'; path: string; data: DocumentData }
  | { kind: 'set'; path: string; data: DocumentData }
  | { kind: 'merge'; path: string; data: DocumentData }
  /** Fails where the document is missing, or is not at `version` any more. */
  | { kind: 'update'; path: string; data: DocumentData; version?: Version }
  /** Fails where the document is not at `version` any more or, with `mustExist`, gone already. */
  | { kind: 'delete'; path: string; version?: Version; mustExist?: boolean };

/** gRPC status codes that Firestore answers with; numbers are the protocol's. */
export const GRPC = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  internal: 13,
  unavailable: 14,
} as const;

/** An error's gRPC code, if it has one. */
export function grpcCode(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : undefined;
}

const RETRYABLE: ReadonlySet<number | undefined> = new Set([
  GRPC.deadlineExceeded,
  GRPC.resourceExhausted,
  GRPC.aborted,
  GRPC.internal,
  GRPC.unavailable,
]);

/** Contention is settled within a few of these; a webhook may take seconds, not minutes. */
const RETRIES = { attempts: 6, backoff: { base: 20, factor: 2.5, max: 1_000 } };
const DEADLINE_MS = 8_000;

/** Whether the commit failed because a document was, or was not, as the writes demand. */
export const isConflict = (error: unknown): boolean => {
  const code = grpcCode(error);
  return code === GRPC.notFound || code === GRPC.alreadyExists || code === GRPC.failedPrecondition;
};

/** Adds a write to a batch; most are of plain data. */
function addToBatch(batch: WriteBatch, op: WriteOp): void {
  if (!addPlainly(batch, op)) add(batch, op);
}

function addPlainly(batch: WriteBatch, op: WriteOp): boolean {
  switch (op.kind) {
    case 'create':
    case 'set':
      return addPlain(batch, op.kind, op.path, op.data);
    case 'update':
      return addPlainUpdate(
        batch,
        op.path,
        op.data,
        op.version ? { version: op.version } : undefined,
      );
    default:
      return false;
  }
}

function add(target: WriteBatch | Transaction, op: WriteOp): void {
  const ref = db().doc(op.path);
  // A batch and a transaction take the same calls; their types do not say so together.
  const writer = target as WriteBatch;
  switch (op.kind) {
    case 'create':
      writer.create(ref, op.data);
      break;
    case 'set':
      writer.set(ref, op.data);
      break;
    case 'merge':
      writer.set(ref, op.data, { merge: true });
      break;
    case 'update': {
      const data = op.data;
      if (op.version) writer.update(ref, data, { lastUpdateTime: fromVersion(op.version) });
      else writer.update(ref, data);
      break;
    }
    case 'delete':
      if (op.version) writer.delete(ref, { lastUpdateTime: fromVersion(op.version) });
      else if (op.mustExist) writer.delete(ref, { exists: true });
      else writer.delete(ref);
      break;
  }
}

const MAX_ROUNDS = 20;

/**
 * Does work that reads and then commits on the versions it read, again as long as somebody else was
 * faster. Each round needs another's success to fail, so a few are enough.
 */
export async function untilNoConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || round === MAX_ROUNDS) throw error;
    }
  }
}

/** Adds writes to a running transaction. */
export function addToTransaction(transaction: Transaction, ops: WriteOp[]): void {
  for (const op of ops) add(transaction, op);
}

/** Writes in the protocol's form, for one commit. */
export interface Encoded {
  readonly batch: WriteBatch;
}

/**
 * Brings many writes into the protocol's form while their commit has to wait for something else;
 * the library would do it when they are sent. @throws for what cannot be stored at all
 */
export function encode(ops: readonly WriteOp[]): Encoded {
  const batch = db().batch();
  for (const op of ops) addToBatch(batch, op);
  for (const encoding of (batch as unknown as EncodedOps)._ops) {
    const write = encoding.op();
    encoding.op = () => write;
  }
  return { batch };
}

/**
 * Applies all of `ops` or none, in one round trip, and gives the version that the documents have
 * then. Contention and outages are retried for a few seconds. A try whose answer got lost may have
 * been applied, so ops have to bear being applied twice: a `create` or a `version` among them
 * makes the second try fail as a conflict, which callers take as "it is done, or look again".
 *
 * @param ahead writes of the same commit that were encoded before; they come first
 */
export async function commit(ops: WriteOp[], ahead?: Encoded): Promise<Version> {
  const end = now() + DEADLINE_MS;
  const { batch } = ahead ?? { batch: db().batch() };
  for (const op of ops) addToBatch(batch, op);
  for (let attempt = 1; ; attempt++) {
    try {
      const results = await withDeadline(batch.commit(), end - now(), 'a commit');
      const time = results[0]?.writeTime;
      if (!time) throw new Error('A commit needs at least one write.');
      return toVersion(time);
    } catch (error) {
      if (attempt >= RETRIES.attempts || !RETRYABLE.has(grpcCode(error)) || now() >= end)
        throw error;
      await sleep(backoffDelay(attempt, RETRIES.backoff, Math.random()));
    }
  }
}

/** Runs `work` in a transaction: what it read is unchanged when its writes are applied. */
export async function inTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return db().runTransaction(work, { maxAttempts: 10 });
}
