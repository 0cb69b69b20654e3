import { appendFileSync } from 'node:fs';
import {
  Firestore,
  Timestamp,
  type DocumentData,
  type DocumentReference,
  type DocumentSnapshot,
  type Query,
  type Transaction,
} from '@google-cloud/firestore';
import { firestoreIdleChannels, projectId, queryLogFile } from '../params';
import { withCommitBytes } from './commitBytes';
import { withDeadline } from './deadline';
import { countFirestore } from './firestoreMetrics';
import { onShutdown } from './lifecycle';
import { metered, onFirestoreOperation } from './meter';

let client: Firestore | undefined;
let forgetClient: (() => Promise<void>) | undefined;
const stopListening: (() => void)[] = [];

/** The process's one Firestore client, opened when it is first used. */
export function db(): Firestore {
  if (!client) {
    const firestore = new Firestore({
      projectId: projectId(),
      ignoreUndefinedProperties: true,
      maxIdleChannels: firestoreIdleChannels(),
    });
    client = metered(withCommitBytes(firestore));
    stopListening.push(countFirestore());
    forgetClient = onShutdown('firestore', terminate, 'close');
    const file = queryLogFile();
    // Local stacks keep every query's shape, from which indexes-check derives the indexes.
    if (file) {
      stopListening.push(
        onFirestoreOperation(({ query }) => {
          if (query) appendFileSync(file, `${JSON.stringify(query)}\n`);
        }),
      );
    }
  }
  return client;
}

/** Closes the client; the next use opens a new one. */
export async function closeDb(): Promise<void> {
  await forgetClient?.();
}

async function terminate(): Promise<void> {
  const closing = client;
  client = undefined;
  for (const stop of stopListening.splice(0)) stop();
  await closing?.terminate();
}

/** The moment of a document's last write, opaque, fit for JSON; the next write may demand it. */
export type Version = string;

export const toVersion = (time: Timestamp): Version => `${time.seconds}.${time.nanoseconds}`;

export function fromVersion(version: Version): Timestamp {
  const [seconds, nanoseconds] = version.split('.').map(Number);
  return new Timestamp(seconds ?? 0, nanoseconds ?? 0);
}

export { absent, increment, maximum, minimum, union, without } from './serverValues';

/** A document's data, `undefined` where there is none, and its version. */
export interface Read<T> {
  id: string;
  data: T | undefined;
  version: Version | undefined;
}

function toRead<T>(snapshot: DocumentSnapshot): Read<T> {
  return {
    id: snapshot.id,
    data: snapshot.data() as T | undefined,
    version: snapshot.updateTime && toVersion(snapshot.updateTime),
  };
}

const READ_DEADLINE_MS = 8_000;

/** Reads documents by path in one round trip, in the order asked. Billed one read each. */
export async function readAll<T>(paths: string[], transaction?: Transaction): Promise<Read<T>[]> {
  if (paths.length === 0) return [];
  const references = paths.map((path) => db().doc(path)) as [DocumentReference];
  const snapshots = await withDeadline(
    (transaction ?? db()).getAll(...references),
    READ_DEADLINE_MS,
    'a read',
  );
  return snapshots.map((snapshot) => toRead<T>(snapshot));
}

/** Reads one document. */
export async function read<T>(path: string, transaction?: Transaction): Promise<Read<T>> {
  const [document] = await readAll<T>([path], transaction);
  return document as Read<T>;
}

/** Runs a query; each result with its id and version. */
export async function readQuery<T>(
  query: Query,
  transaction?: Transaction,
): Promise<(Read<T> & { data: T })[]> {
  const { docs } = await withDeadline(
    transaction ? transaction.get(query) : query.get(),
    READ_DEADLINE_MS,
    'a query',
  );
  return docs.map((snapshot) => toRead<T>(snapshot) as Read<T> & { data: T });
}

/** Reads several things as they were at one moment. */
export const atOneMoment = <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> =>
  db().runTransaction(work, { readOnly: true });

/** Runs a query over collections of one name; each result with its path and version. */
export async function readGroup(
  query: Query,
): Promise<{ path: string; data: DocumentData; version: Version }[]> {
  const { docs } = await withDeadline(query.get(), READ_DEADLINE_MS, 'a query');
  return docs.map((doc) => ({
    path: doc.ref.path,
    data: doc.data(),
    version: toVersion(doc.updateTime),
  }));
}

export type { Query, Transaction };
