import { collection } from '../batch/collection';
import type { WriteOp } from '../platform/commit';
import { readAll } from '../platform/firestore';
import type { DeadLetter } from './schema';

export const deadLetters = collection<DeadLetter>('deadLetters');

const path = (id: string): string => `${deadLetters.path}/${id}`;

/** The raw input, put together from its parts. */
export async function readRaw(id: string, { raw, parts }: DeadLetter): Promise<string> {
  const rest = await readAll<{ raw: string }>(
    Array.from({ length: parts }, (_, n) => `${path(id)}/parts/${n}`),
  );
  return [raw, ...rest.map(({ data }) => data?.raw ?? '')].join('');
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

/** The letter with all its parts. */
export const deleteDeadLetter = (id: string, parts: number): WriteOp[] => [
  { kind: 'delete', path: path(id) },
  ...Array.from({ length: parts }, (_, n): WriteOp => ({
    kind: 'delete',
    path: `${path(id)}/parts/${n}`,
  })),
];
