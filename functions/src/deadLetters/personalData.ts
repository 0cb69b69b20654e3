import { batchQuery } from '../batch/batchQuery';
import type { WriteOp } from '../platform/commit';
import type { PersonalData } from '../platform/personalData';
import { mapConcurrently } from '../shared/async';
import { mentions, type Person } from '../shared/person';
import type { DeadLetter } from './schema';
import { deadLetters, deleteDeadLetter, readRaw } from './store';

const PAGE = 50;
const CONCURRENCY = 10;

/** Dead letters cannot be asked whom they name; each is read whole. */
async function look(
  person: Person,
  cursor: string | null,
): Promise<{ found: { id: string; data: DeadLetter; raw: string }[]; cursor: string | null }> {
  const page = await batchQuery(deadLetters, [{ where: [] }], { limit: PAGE, cursor });
  // eslint-disable-next-line recado/no-firestore-in-loops -- only long ones have parts, which are read in one request each
  const read = await mapConcurrently(page.items, CONCURRENCY, async ({ id, data }) => ({
    id,
    data,
    raw: await readRaw(id, data),
  }));
  return { found: read.filter(({ raw }) => mentions(person, raw)), cursor: page.cursor };
}

/** What could not be processed of a person's; it goes whole, with what else the input had in it. */
export const deadLetterData: PersonalData = {
  async page(person, cursor) {
    const looked = await look(person, cursor);
    const items = looked.found.map(({ id, data: { kind, reason, createdAt }, raw }) => ({
      ...{ id, kind, reason, createdAt, raw },
    }));
    return { items, cursor: looked.cursor };
  },
  async erase(person, _, cursor) {
    const { found, cursor: next } = await look(person, cursor);
    return {
      writes: found.flatMap(({ id, data }): WriteOp[] => deleteDeadLetter(id, data.parts)),
      erased: found.length > 0 ? { deadLetters: found.length } : {},
      cursor: next,
    };
  },
};
