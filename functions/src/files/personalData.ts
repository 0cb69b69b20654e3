import { batchQuery } from '../batch/batchQuery';
import type { PersonalData } from '../platform/personalData';
import { storage } from '../platform/storage';
import { AppError } from '../shared/errors';
import { mapConcurrently } from '../shared/async';
import { digitsOf, mayMention, mentions, type Person } from '../shared/person';
import type { StoredFile } from './schema';
import { files, removeFile } from './store';

const PAGE = 20;
const CONCURRENCY = 4;
/** How much of a content is looked at together with what comes after it. */
const OVERLAP = 300;

/** Files cannot be asked whom they name; each is read through. They live for days only. */
async function look(person: Person, cursor: string | null, otherwise: boolean) {
  const page = await batchQuery(files, [{ where: [] }], { limit: PAGE, cursor });
  const hits = await mapConcurrently(page.items, CONCURRENCY, ({ data }) =>
    names(person, data, otherwise),
  );
  return { found: page.items.filter((_, n) => hits[n]), cursor: page.cursor };
}

/**
 * Whether a content may name a person.
 *
 * @param otherwise what is said of those that cannot be looked through: packed ones, as spreadsheets
 *   are, and those that are gone
 */
async function names(
  person: Person,
  { path, name }: StoredFile,
  otherwise: boolean,
): Promise<boolean> {
  if (mayMention(person, name)) return true;
  try {
    let before = '';
    let digits = '';
    let isFirst = true;
    for await (const piece of await storage().read(path)) {
      const text = (piece as Buffer).toString('utf8');
      if (isFirst && text.startsWith('PK')) return otherwise;
      isFirst = false;
      if (mentions(person, before + text) || mayMention(person, digits + digitsOf(text)))
        return true;
      before = (before + text).slice(-OVERLAP);
      digits = (digits + digitsOf(text)).slice(-OVERLAP);
    }
    return false;
  } catch (error) {
    // A run that died had removed it.
    if (error instanceof AppError && error.code === 'not-found') return otherwise;
    throw error;
  }
}

/** Uploads and exports that name a person; they go whole, since they go within days anyway. */
export const fileData: PersonalData = {
  async page(person, cursor) {
    const looked = await look(person, cursor, false);
    return {
      items: looked.found.map(({ id, data: { name, purpose, bytes, createdAt, expiresAt } }) => ({
        ...{ id, name, purpose, bytes, createdAt, expiresAt },
      })),
      cursor: looked.cursor,
    };
  },
  async erase(person, _, cursor) {
    const { found, cursor: next } = await look(person, cursor, true);
    await mapConcurrently(found, CONCURRENCY, ({ data }) => storage().remove(data.path));
    return {
      writes: found.map(({ id }) => removeFile(id)),
      erased: found.length > 0 ? { files: found.length } : {},
      cursor: next,
    };
  },
};
