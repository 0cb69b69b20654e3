import type { WriteBatch } from '@google-cloud/firestore';
import { db, type Version } from '../platform/firestore';
import { addWrite, type Write } from './write';

/** What Firestore says of one write of a request. */
export interface Status {
  /** A gRPC code; 0: applied. */
  code: number;
  message: string;
  version: Version | undefined;
}

/** `commit`: all or nothing. `batchWrite`: each write stands for itself and has its own answer. */
export type Method = 'commit' | 'batchWrite';

/**
 * How the client library sends both, in one round trip. Its public `commit` tries again by itself,
 * and its BulkWriter sends 20 writes at a time. Not in the public types.
 */
interface Committer {
  _commit(options: { methodName: Method; retryCodes: number[] }): Promise<{
    writeResults?: { updateTime?: { seconds: string | number; nanos: number } | null }[];
    status?: { code?: number | null; message?: string | null }[];
  }>;
}

/** Writes that are ready to be sent once, and those that the library itself refuses. */
export interface Prepared {
  send: () => Promise<Status[]>;
  refused: Map<Write, unknown>;
}

/**
 * Makes a request of writes to different documents. `refused` are those that no request can carry;
 * the statuses are the others', in order. Nothing is sent twice: who retries knows what may be.
 */
export function prepare(writes: readonly Write[], methodName: Method): Prepared {
  const batch: WriteBatch = db().batch();
  const refused = new Map<Write, unknown>();
  let accepted = 0;
  for (const write of writes) {
    try {
      addWrite(batch, write);
      accepted++;
    } catch (error) {
      refused.set(write, error);
    }
  }
  const send = async (): Promise<Status[]> => {
    if (accepted === 0) return [];
    const { writeResults = [], status = [] } = await (batch as unknown as Committer)._commit({
      methodName,
      retryCodes: [],
    });
    return Array.from({ length: accepted }, (_, index) => {
      const time = writeResults[index]?.updateTime;
      return {
        code: status[index]?.code ?? 0,
        message: status[index]?.message ?? '',
        version: time ? `${time.seconds}.${time.nanos}` : undefined,
      };
    });
  };
  return { send, refused };
}
