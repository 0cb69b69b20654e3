import thresholds from '../shared/thresholds.json';
import { elapsed } from './clock';
import { log, logs } from './log';
import { onFirestoreOperation, type FirestoreOperation } from './meter';
import { counter, histogram } from './metrics';
import { functionName } from './processMetrics';
import { shapeOf } from './queryShape';

const KINDS: Record<string, string> = {
  commit: 'write',
  batchWrite: 'write',
  batchGetDocuments: 'get',
  runQuery: 'query',
  runAggregationQuery: 'aggregate',
};

/** The same slow query is logged once a minute; all of them are counted. */
const LOG_AGAIN_MS = 60_000;
const MAX_SHAPES = 200;
const loggedAt = new Map<string, number>();

/** Counts each request to Firestore, and tells of slow queries; gives what ends it. */
export const countFirestore = (): (() => void) => onFirestoreOperation(count);

function count(operation: FirestoreOperation): void {
  const { method, reads, writes, deletes, milliseconds, failed, query } = operation;
  const kind = KINDS[method] ?? 'other';
  counter('recado_firestore_requests_total', kind, failed ? 'failed' : 'ok').inc();
  histogram('recado_firestore_request_duration_seconds', kind).observe(milliseconds / 1_000);
  if (reads > 0) counter('recado_firestore_operations_total', functionName(), 'read').inc(reads);
  if (writes > 0) counter('recado_firestore_operations_total', functionName(), 'write').inc(writes);
  if (deletes > 0)
    counter('recado_firestore_operations_total', functionName(), 'delete').inc(deletes);
  if (query && milliseconds >= thresholds.slowQueryMs) tellSlow(shapeOf(query), operation);
  if (logs('debug')) log.debug('firestore', { method, reads, writes, deletes, milliseconds });
}

function tellSlow(shape: string, { milliseconds, reads }: FirestoreOperation): void {
  counter('recado_slow_queries_total', shape).inc();
  const last = loggedAt.get(shape);
  if (last !== undefined && elapsed() - last < LOG_AGAIN_MS) return;
  if (loggedAt.size >= MAX_SHAPES) loggedAt.clear();
  loggedAt.set(shape, elapsed());
  log.warn('a slow query', { shape, milliseconds: Math.round(milliseconds), reads });
}
