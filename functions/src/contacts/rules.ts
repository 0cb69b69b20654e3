import { hashId } from '../shared/ids';
import { plainText } from '../shared/text';
import type { Contact, Identity } from './schema';

/** The kinds of names that WhatsApp gives a person. */
export type AliasKind = 'bsuid' | 'phone' | 'parentBsuid' | 'username';

/** The id of an alias. Hashed: ids are logged and show in paths, a phone number must not. */
const aliasId = (kind: AliasKind, name: string): string =>
  hashId(kind, kind === 'username' ? plainUsername(name) : name);

/** WhatsApp's usernames know no capitals. */
const plainUsername = (name: string): string => name.trim().replace(/^@/, '').toLowerCase();

/** The order decides the id of a new person: that of their first alias. */
const KINDS = ['bsuid', 'phone', 'parentBsuid', 'username'] as const;

/** An identity's aliases with their ids. */
export const aliasesOf = (
  identity: Partial<Record<AliasKind, string | null | undefined>>,
): { kind: AliasKind; id: string }[] =>
  KINDS.flatMap((kind) => {
    const name = identity[kind];
    return name ? [{ kind, id: aliasId(kind, name) }] : [];
  });

/** The same without their kinds. The first alias of a new person is the contact's id. */
export const aliasIds = (identity: Identity): string[] => aliasesOf(identity).map(({ id }) => id);

/** What is stored about an identity's aliases: the contact each one leads to. */
export type KnownAliases = Partial<Record<AliasKind, { id: string; contact: Contact }>>;

/** From the one that cannot lead to somebody else to the one that changes hands at will. */
const BY_STRENGTH = ['bsuid', 'parentBsuid', 'phone', 'username'] as const;

/**
 * Whose message it is: a known contact's id, or `null` for a new person. The strongest alias
 * decides; one that changes hands counts only where no stronger one says that it did.
 */
export function whoIs(identity: Identity, known: KnownAliases): string | null {
  for (const kind of BY_STRENGTH) {
    const found = known[kind];
    if (found && !changedHands(kind, identity, found.contact)) return found.id;
  }
  return null;
}

/**
 * Whether an alias that leads to a contact is another person's by now. A BSUID changes with the
 * number only, and a portfolio's parent BSUID stands for all of a person's BSUIDs: whoever has
 * another one is somebody else. A username is given up and taken at will, so another number is
 * enough.
 */
export function changedHands(kind: AliasKind, identity: Identity, contact: Contact): boolean {
  if (kind === 'bsuid' || kind === 'parentBsuid') return false;
  if (identity.parentBsuid && contact.parentBsuid) {
    return identity.parentBsuid !== contact.parentBsuid;
  }
  if (identity.bsuid && contact.bsuid) return identity.bsuid !== contact.bsuid;
  return (
    kind === 'username' &&
    Boolean(identity.phone && contact.phone && identity.phone !== contact.phone)
  );
}

/** Whether a text asks to stop: it is one of the words and nothing else. */
export function asksToStop(text: string, stopWords: readonly string[]): boolean {
  // A longer text may mention a stop word without asking for it.
  if (text.length > 60) return false;
  const plain = plainText(text);
  return plain !== '' && stopWords.some((word) => plainText(word) === plain);
}
