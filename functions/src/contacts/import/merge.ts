import { isDeepStrictEqual } from 'node:util';
import { consentOf, type Wish } from '../consent';
import type { ConsentCategory, Contact } from '../schema';
import type { Entry } from './entry';
import type { ImportInput, MergeRule } from './schema';

/**
 * The fields of a contact that a row changes, as they are then; none where it says nothing new.
 * Names under which WhatsApp knows the person are only ever filled in.
 */
export function changesBy(contact: Contact, entry: Entry, rule: MergeRule): Partial<Contact> {
  const { identity, attributes, userId, isActive } = entry;
  const overwrites = rule === 'overwrite';
  const pick = <T>(stored: T, given: T | undefined): T =>
    given !== undefined && (overwrites || stored === null) ? given : stored;
  const wanted: Partial<Contact> = {
    phone: contact.phone ?? identity.phone ?? null,
    bsuid: contact.bsuid ?? identity.bsuid ?? null,
    username: contact.username ?? identity.username ?? null,
    ...(rule === 'keep'
      ? {}
      : {
          name: pick(contact.name, identity.name),
          tags: [...new Set([...contact.tags, ...entry.tags])],
          attributes: overwrites
            ? { ...contact.attributes, ...attributes }
            : { ...attributes, ...contact.attributes },
          userId: pick(contact.userId, userId),
          isActive: overwrites ? (isActive ?? contact.isActive) : contact.isActive,
        }),
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([field, value]) => !isDeepStrictEqual(value, contact[field as keyof Contact]),
    ),
  );
}

/** What an import tells of wishes beside their state. */
export interface ConsentSettings {
  consent: ImportInput['consent'];
  /** When the import began: the time of a refusal that has none of its own. */
  startedAt: number;
  fileId: string;
  /** Who imports. */
  userId: string;
}

/**
 * The wishes of a row that are news. A refusal is news wherever the person has not refused already.
 * An agreement is news where they said nothing before, or said it before the time that the import
 * gives: a file without times never undoes what somebody said.
 */
export function wishesBy(
  contact: Pick<Contact, 'consents' | 'optOut'>,
  entry: Entry,
  { consent, startedAt, fileId, userId }: ConsentSettings,
): Wish[] {
  return (Object.entries(entry.consents) as [ConsentCategory, 'in' | 'out'][]).flatMap(
    ([category, state]): Wish[] => {
      const known = consentOf(contact, category);
      const stated =
        consent?.category === category && consent.state === state ? consent : undefined;
      const isNews =
        known === undefined ||
        (known.state !== state &&
          (state === 'out' || (stated !== undefined && stated.at > known.at)));
      if (!isNews) return [];
      // A refusal of today holds against an agreement that was recorded with a later time.
      const at = stated?.at ?? startedAt;
      return [
        {
          category,
          state,
          at: state === 'out' ? Math.max(at, known?.at ?? 0) : at,
          source: 'import',
          proof: stated?.proof ?? `file ${fileId}`,
          userId,
        },
      ];
    },
  );
}
