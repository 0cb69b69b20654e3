import { hashId } from '../shared/ids';
import { plainText } from '../shared/text';
import type { Contact, Identity } from './schema';

/**
 * The ids of an identity's aliases, the steadier one first. Hashed: a document's id is logged and
 * shows in paths, a phone number must not. The first alias of a new person is the contact's id.
 */
export function aliasIds({ phone, bsuid }: Identity): string[] {
  return [bsuid && hashId('bsuid', bsuid), phone && hashId('phone', phone)].filter(
    (id): id is string => Boolean(id),
  );
}

/** What is stored about an identity's aliases: the contact each one leads to. */
export interface KnownAliases {
  bsuid?: { id: string; contact: Contact };
  phone?: { id: string; contact: Contact };
}

/**
 * Whose message it is: a known contact's id, or `null` for a new person. The BSUID decides. A
 * number whose contact has another BSUID was given to somebody else, since a BSUID changes with
 * the number only.
 */
export function whoIs(identity: Identity, known: KnownAliases): string | null {
  if (known.bsuid) return known.bsuid.id;
  if (!known.phone) return null;
  const { id, contact } = known.phone;
  const changedHands = identity.bsuid && contact.bsuid && contact.bsuid !== identity.bsuid;
  return changedHands ? null : id;
}

/** Whether a text asks to stop: it is one of the words and nothing else. */
export function asksToStop(text: string, stopWords: readonly string[]): boolean {
  // A longer text may mention a stop word without asking for it.
  if (text.length > 60) return false;
  const plain = plainText(text);
  return plain !== '' && stopWords.some((word) => plainText(word) === plain);
}
