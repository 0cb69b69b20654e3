import type { Erasure, PersonalData, PersonalPage } from '../platform/personalData';
import { storage } from '../platform/storage';
import { toldMessage } from '../messages/personalData';
import type { Message } from '../messages/schema';
import type { Person } from '../shared/person';
import { encode, type Line } from './lines';
import { readPart, writePart } from './parts';
import { checksumOf, partitionId, sumsOf } from './rules';
import type { Partition } from './schema';
import { listPartitions, readPartition, updatePartition, type Held } from './store';

/** Where a search through the archive is. */
interface Place {
  /** The month's partitions in the order of their ids; this one is being searched. */
  id: string;
  /** Its part that is next. */
  index: number;
  /** A file that was replaced by the step before, and goes. */
  replaced?: string;
}

/** Files that a step reads. */
const PARTS = 10;

/** Archived messages and notes of a person: every file is searched, one download each. */
export const archivedMessageData: PersonalData = {
  async page(person, cursor): Promise<PersonalPage> {
    const found = await partitionAt(cursor);
    if (!found) return { items: [], cursor: null };
    const { held, index, following } = found;
    const parts = held?.partition.parts.slice(index, index + PARTS) ?? [];
    const items: object[] = [];
    for (const part of parts) {
      const lines = (await readPart(part)).filter((line) => isOf(person, line));
      items.push(...lines.map(({ id, data }) => toldMessage(id, data as Message)));
    }
    return { items, cursor: cursorAfter(found.id, held, index + parts.length, following) };
  },

  /** Their lines go; a file with some of them is replaced by one without. */
  async erase(person, _anonymousId, cursor): Promise<Erasure> {
    const { replaced } = placeOf(cursor) ?? {};
    if (replaced !== undefined) await storage().remove(replaced);
    const found = await partitionAt(cursor);
    if (!found) return { writes: [], erased: {}, cursor: null };
    const { id, held, following } = found;
    let { index } = found;
    const end = index + PARTS;
    for (; held && index < Math.min(end, held.partition.parts.length); index++) {
      const erasure = await erasePart(held, index, person);
      if (!erasure) continue;
      const place: Place = { id, index: index + 1, replaced: erasure.replaced };
      return { ...erasure, cursor: JSON.stringify(place) };
    }
    return { writes: [], erased: {}, cursor: cursorAfter(id, held, index, following) };
  },
};

const isOf = ({ contactIds }: Person, { data }: Line): boolean =>
  contactIds.includes((data as Message).contactId);

/** Nothing where the part has none of theirs. */
async function erasePart(
  held: Held,
  index: number,
  person: Person,
): Promise<(Pick<Erasure, 'writes' | 'erased'> & { replaced: string }) | undefined> {
  const { partition } = held;
  const part = partition.parts[index] as Partition['parts'][number];
  const lines = await readPart(part);
  const others = lines.filter((line) => !isOf(person, line));
  if (others.length === lines.length) return undefined;
  const smaller = await writePart(
    partition,
    index,
    others.flatMap((line) => encode(line) ?? []),
  );
  await readPart(smaller);
  const parts = partition.parts.with(index, smaller);
  const checksum = partition.checksum === null ? null : checksumOf(parts);
  return {
    writes: [updatePartition(held, { parts, ...sumsOf(parts), checksum })],
    erased: { archivedMessages: lines.length - others.length },
    replaced: part.path,
  };
}

const placeOf = (cursor: string | null): Place | undefined =>
  cursor === null ? undefined : (JSON.parse(cursor) as Place);

/** The partition at a place, without `held` where it is gone by now, and the one after it. */
async function partitionAt(
  cursor: string | null,
): Promise<{ id: string; index: number; held?: Held; following: string | undefined } | undefined> {
  const partitions = await listPartitions('messages');
  const ids = partitions.map(partitionId).sort();
  const { id = ids[0], index = 0 } = placeOf(cursor) ?? {};
  if (id === undefined) return undefined;
  const following = ids.find((other) => other > id);
  const listed = partitions.find((each) => partitionId(each) === id);
  const held = listed && (await readPartition(listed));
  return { id, index, following, ...(held ? { held } : {}) };
}

function cursorAfter(
  id: string,
  held: Held | undefined,
  index: number,
  following: string | undefined,
): string | null {
  const isThrough = index >= (held?.partition.parts.length ?? 0);
  const place: Place | undefined = isThrough
    ? following === undefined
      ? undefined
      : { id: following, index: 0 }
    : { id, index };
  return place ? JSON.stringify(place) : null;
}
