import { batchPages } from '../batch/batchPages';
import { collection } from '../batch/collection';
import { now } from '../platform/clock';
import { commit, isConflict, type WriteOp } from '../platform/commit';
import { maximum, read, type Read, type Version } from '../platform/firestore';
import { partitionId } from './rules';
import type { Archived, Partition } from './schema';

const partitions = collection<Partition>('partition_metadata');

const pathOf = (id: string): string => `${partitions.path}/${id}`;

/** What a list of partitions says of each. */
export type Listed = Pick<Partition, 'collection' | 'month' | 'n' | 'to' | 'status' | 'count'> &
  Pick<Partition, 'keepUntil' | 'createdAt'>;
const LISTED: readonly (keyof Listed)[] = [
  ...(['collection', 'month', 'n', 'to', 'status', 'count', 'keepUntil', 'createdAt'] as const),
];

/** All partitions of a collection, the newest first, without their parts. One read each. */
export async function listPartitions(archived: Archived): Promise<Listed[]> {
  const all: Listed[] = [];
  const pages = batchPages(partitions, [{ where: [['collection', '==', archived]] }], {
    orderBy: [['createdAt', 'desc']],
    fields: LISTED,
  });
  for await (const { items } of pages) all.push(...items.map(({ data }) => data));
  return all;
}

/** A partition as it was read or written last; the next write demands that it still is. */
export interface Held {
  partition: Partition;
  version: Version;
}

/** A partition; `undefined` where it is not there (any more). */
export async function readPartition(
  listed: Parameters<typeof partitionId>[0],
): Promise<Held | undefined> {
  const { data, version } = await read<Partition>(pathOf(partitionId(listed)));
  return data && version ? { partition: data, version } : undefined;
}

/** Another run goes on with a partition: this one has nothing more to do with it. */
export class TakenOver extends Error {}

/**
 * Begins a partition.
 *
 * @throws TakenOver where another run did
 */
export const createPartition = (partition: Partition): Promise<Held> =>
  own(partition, [{ kind: 'create', path: pathOf(partitionId(partition)), data: partition }]);

/**
 * Moves a partition on, and commits what goes with it.
 *
 * @throws TakenOver where it is not as it was read
 */
export const advance = (
  held: Held,
  fields: Partial<Partition> & Pick<Partition, 'runner'>,
  writes: WriteOp[] = [],
): Promise<Held> => {
  const changes = { ...fields, updatedAt: now() };
  return own({ ...held.partition, ...changes }, [updatePartition(held, changes), ...writes]);
};

/**
 * Forgets a partition; its files are in none then, and go as such.
 *
 * @throws TakenOver where it is not as it was read
 */
export async function forget(held: Held): Promise<void> {
  try {
    await commit([removePartition(held)]);
  } catch (error) {
    throw isConflict(error) ? new TakenOver() : error;
  }
}

/** Commits what makes a partition what it is to be; if it is that already, the answer was lost. */
async function own(partition: Partition, writes: WriteOp[]): Promise<Held> {
  try {
    return { partition, version: await commit(writes) };
  } catch (error) {
    if (!isConflict(error)) throw error;
    const found = await readPartition(partition);
    const { runner, updatedAt } = found?.partition ?? {};
    if (!found || runner !== partition.runner || updatedAt !== partition.updatedAt) {
      throw new TakenOver();
    }
    return found;
  }
}

/** Fails where the partition is not as it was. */
export const updatePartition = (
  { partition, version }: Held,
  fields: Partial<Partition>,
): WriteOp => ({ kind: 'update', path: pathOf(partitionId(partition)), data: fields, version });

export const removePartition = ({ partition, version }: Held): WriteOp => ({
  kind: 'delete',
  path: pathOf(partitionId(partition)),
  version,
});

/** `partition_metadata/{collection}`: before which time documents may be in the archive. */
export interface Horizon {
  archivedBefore: number;
}

export const readHorizon = (archived: Archived): Promise<Read<Horizon>> =>
  read<Horizon>(pathOf(archived));

export const raiseHorizon = (archived: Archived, to: number): WriteOp => ({
  kind: 'merge',
  path: pathOf(archived),
  data: { archivedBefore: maximum(to) },
});
