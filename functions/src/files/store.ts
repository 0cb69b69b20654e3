import { collection } from '../batch/collection';
import type { WriteOp } from '../platform/commit';
import { read, type Read } from '../platform/firestore';
import type { StoredFile } from './schema';

export const files = collection<StoredFile>('files');

const pathOf = (id: string): string => `${files.path}/${id}`;

export const readFile = (id: string): Promise<Read<StoredFile>> => read<StoredFile>(pathOf(id));

export const createFile = (id: string, data: StoredFile): WriteOp => ({
  kind: 'create',
  path: pathOf(id),
  data,
});

/** Fails where there is no such file (any more). */
export const updateFile = (id: string, data: Partial<StoredFile>): WriteOp => ({
  kind: 'update',
  path: pathOf(id),
  data,
});

export const removeFile = (id: string): WriteOp => ({ kind: 'delete', path: pathOf(id) });
