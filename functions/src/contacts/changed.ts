import { now } from '../platform/clock';
import { absent } from '../platform/firestore';
import type { Contact } from './schema';
import { searchChange } from './search';

/** The fields of an update that makes a contact another, in what it is found by too. */
export const changedFields = (
  contact: Contact,
  news: Partial<Contact>,
): Record<string, unknown> => ({
  ...news,
  ...searchChange(contact, { ...contact, ...news }, absent),
  updatedAt: now(),
});
