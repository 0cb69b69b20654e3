import type { WriteOp } from '../platform/commit';
import { db, read, readAll, readQuery, type Read } from '../platform/firestore';
import type { DeadLetter } from './schema';

const path = (id: string): string => `deadLetters/${id}`;

export const readDeadLetter = (id: string): Promise<Read<DeadLetter>> => read<DeadLetter>(path(id));

/** The raw input, put together from its parts. */
export async function readRaw(id: string, { raw, parts }: DeadLetter): Promise<string> {
  const rest = await readAll<{ raw: string }>(
    Array.from({ length: parts }, (_, n) => `${path(id)}/parts/${n}`),
  );
  return [raw, ...rest.map(({ data }) => data?.raw ?? '')].join('');
}

/** Newest first; `after` is the creation time and id of the last one seen. */
export function readPage(
  status: DeadLetter['status'],
  limit: number,
  after: [number, string] | undefined,
): Promise<(Read<DeadLetter> & { data: DeadLetter })[]> {
  const query = db()
    .collection('deadLetters')
    .where('status', '==', status)
    .orderBy('createdAt', 'desc')
    .orderBy('__name__', 'desc')
    .limit(limit);
  return readQuery<DeadLetter>(after ? query.startAfter(...after) : query);
}

export const createDeadLetter = (id: string, data: DeadLetter): WriteOp => ({
  kind: 'create',
  path: path(id),
  data,
});

export const setPart = (id: string, n: number, raw: string): WriteOp => ({
  kind: 'set',
  path: `${path(id)}/parts/${n}`,
  data: { raw },
});

export const updateDeadLetter = (id: string, data: Partial<DeadLetter>): WriteOp => ({
  kind: 'update',
  path: path(id),
  data,
});
