import { batchGet, type Got } from '../batch/batchGet';
import type { Contact } from './schema';
import { contacts } from './store';

/** Merges of merges; a longer row of them has no end. */
const MAX_MERGES = 20;

/**
 * Contacts by id, in order: of those who were merged, the contact that they are now. One read each,
 * another for each merge.
 */
export async function currentContacts(ids: readonly string[]): Promise<Got<Contact>[]> {
  const found = await batchGet(contacts, ids);
  // eslint-disable-next-line recado/no-firestore-in-loops -- only merged ones ask again, all at once
  for (let n = 0; n < MAX_MERGES; n++) {
    const moved = found.flatMap(({ data }, index) =>
      data?.mergedInto === undefined ? [] : [{ index, to: data.mergedInto }],
    );
    if (moved.length === 0) break;
    const next = await batchGet(
      contacts,
      moved.map(({ to }) => to),
    );
    for (const [n, { index }] of moved.entries()) found[index] = next[n] as Got<Contact>;
  }
  return found;
}
