import type { Firestore } from '@google-cloud/firestore';
import { elapsed } from './clock';

/** The query as sent, or the aggregation around it, in the protocol's own JSON. */
export type StructuredQuery = Record<string, unknown>;

/** One request to Firestore with what Firestore bills for it. */
export interface FirestoreOperation {
  method: string;
  reads: number;
  writes: number;
  deletes: number;
  milliseconds: number;
  failed: boolean;
  /** The query that was run, for those that run one. */
  query?: StructuredQuery;
}

type Listener = (operation: FirestoreOperation) => void;

const listeners = new Set<Listener>();

/** Calls `listener` after every request; returns the function that ends it. */
export function onFirestoreOperation(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

interface Request {
  writes?: { delete?: string | null }[];
  structuredQuery?: StructuredQuery;
  structuredAggregationQuery?: AggregationQuery;
}

type AggregationQuery = StructuredQuery & {
  aggregations?: { alias?: string | null; count?: unknown }[];
};

interface StreamItem {
  found?: unknown;
  missing?: unknown;
  document?: unknown;
  skippedResults?: number;
  result?: { aggregateFields?: Record<string, { integerValue?: string | number }> };
}

/** The two funnels through which the client library sends everything; not in its public types. */
interface Funnels {
  request(method: string, request: Request, tag: string, retryCodes?: number[]): Promise<unknown>;
  requestStream(
    method: string,
    bidirectional: boolean,
    request: Request,
    ...rest: unknown[]
  ): Promise<NodeJS.ReadableStream>;
}

/**
 * Makes a client report each request to the listeners, counted as Firestore bills it: a write or
 * delete each document, a read each document returned or found missing, at least one read a query,
 * one read per 1,000 index entries of an aggregation. A commit that fails is billed nothing.
 *
 * @see https://firebase.google.com/docs/firestore/pricing
 */
export function metered<T extends Firestore>(firestore: T): T {
  const client = firestore as unknown as Funnels;
  const request = client.request.bind(firestore);
  const requestStream = client.requestStream.bind(firestore);

  client.request = async (method, body, tag, retryCodes) => {
    const started = elapsed();
    const operation = { method, reads: 0, writes: 0, deletes: 0, milliseconds: 0, failed: false };
    try {
      // Codes of its own have the library look for a file on the disk with every commit. Conflicts
      // are retried by us; who wants no retries at all, still gives none.
      const codes = retryCodes?.length === 0 ? retryCodes : undefined;
      const result = await request(method, body, tag, codes);
      const writes = method === 'commit' || method === 'batchWrite' ? (body.writes ?? []) : [];
      operation.deletes = writes.filter((write) => write.delete).length;
      operation.writes = writes.length - operation.deletes;
      return result;
    } catch (error) {
      operation.failed = true;
      throw error;
    } finally {
      report({ ...operation, milliseconds: elapsed() - started });
    }
  };

  client.requestStream = async (method, bidirectional, body, ...rest) => {
    const started = elapsed();
    const stream = await requestStream(method, bidirectional, body, ...rest);
    const query = body.structuredQuery ?? body.structuredAggregationQuery;
    const counts = countsOf(body.structuredAggregationQuery);
    let reads = 0;
    stream.on('data', (item: StreamItem) => {
      reads += readsOf(item, counts);
    });
    const finish = (failed: boolean) => (): void => {
      report({
        method,
        reads: failed ? reads : Math.max(reads, query ? 1 : 0),
        writes: 0,
        deletes: 0,
        milliseconds: elapsed() - started,
        failed,
        ...(query ? { query } : {}),
      });
    };
    stream.once('end', finish(false));
    stream.once('error', finish(true));
    // Listening for data starts a stream; the library expects to start it itself.
    stream.pause();
    return stream;
  };
  return firestore;
}

/** The names in an aggregation's answer that count documents; others add up what is in them. */
const countsOf = ({ aggregations = [] }: AggregationQuery = {}): string[] =>
  aggregations.flatMap(({ alias, count }) => (alias && count ? [alias] : []));

/** Sums alone do not tell how many index entries they were of: they are taken for one read. */
function readsOf(item: StreamItem, counts: readonly string[]): number {
  const figures = item.result?.aggregateFields;
  if (figures) {
    const entries = counts.map((alias) => Number(figures[alias]?.integerValue ?? 0));
    return Math.max(1, Math.ceil(Math.max(0, ...entries) / 1_000));
  }
  const documents = item.found || item.missing || item.document ? 1 : 0;
  return documents + (item.skippedResults ?? 0);
}

function report(operation: FirestoreOperation): void {
  for (const listener of listeners) listener(operation);
}
