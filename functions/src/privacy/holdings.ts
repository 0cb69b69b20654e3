import { archivedMessageData } from '../archive/personalData';
import { auditData } from '../audit/personalData';
import { campaignData } from '../campaigns/personalData';
import { listData } from '../campaigns/personalLists';
import { consentData, contactData, dismissalData, personOf } from '../contacts/personalData';
import { conversationData } from '../conversations/personalData';
import { deadLetterData } from '../deadLetters/personalData';
import { fileData } from '../files/personalData';
import { jobData } from '../jobs/personalData';
import { mergeData } from '../merges/personalData';
import { messageData, pendingData } from '../messages/personalData';
import type { PersonalData } from '../platform/personalData';
import type { Person } from '../shared/person';

/** What a person is given, section by section. */
export const SECTIONS: readonly (Pick<PersonalData, 'page'> & { name: string })[] = [
  { name: 'contacts', ...contactData },
  { name: 'consents', ...consentData },
  { name: 'merges', ...mergeData },
  { name: 'conversations', ...conversationData },
  { name: 'messages', ...messageData },
  { name: 'archivedMessages', ...archivedMessageData },
  { name: 'campaigns', ...campaignData },
  { name: 'lists', ...listData },
  { name: 'deadLetters', ...deadLetterData },
  { name: 'auditLog', ...auditData },
  { name: 'jobs', ...jobData },
  { name: 'files', ...fileData },
];

/**
 * What is taken away, in this order: first what would be sent, then what others are made of. Chunks
 * and messages come once more in the end, for what was on its way when the erasure began, or was just
 * brought back; the archive comes between, for what was moved there before the messages' first turn.
 */
export const PHASES: readonly Pick<PersonalData, 'erase'>[] = [
  pendingData,
  listData,
  campaignData,
  messageData,
  consentData,
  mergeData,
  dismissalData,
  deadLetterData,
  auditData,
  jobData,
  fileData,
  archivedMessageData,
  campaignData,
  messageData,
];

/** Everything under which a contact's person is found; nobody where there is no such contact. */
export async function wholePerson(contactId: string): Promise<Person | undefined> {
  const person = await personOf(contactId);
  if (!person) return undefined;
  const { items } = await conversationData.page(person, null);
  const current = items.map((item) => (item as { id: string }).id);
  return { ...person, conversationIds: [...new Set([...person.conversationIds, ...current])] };
}
