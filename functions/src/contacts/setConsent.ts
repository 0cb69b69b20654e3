import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { batchGet } from '../batch/batchGet';
import { now } from '../platform/clock';
import { commit, untilNoConflict } from '../platform/commit';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { accessible } from './access';
import { consentOf, entryId } from './consent';
import { currentContacts } from './current';
import type { Consent, setConsentInput } from './schema';
import { consentEntries, contactPath } from './store';
import { wishWrites } from './wishes';

/** A clock of a client's may be ahead by as much. */
const AHEAD_MS = 60_000;

/**
 * Records what a contact told a member, a form or another system about messages of a category.
 * Called again with the same `at` it changes nothing.
 *
 * @returns what holds afterwards: an earlier wish does not undo a later one
 */
export async function setConsent(
  member: Member,
  { contactId, category, state, source, proof, at: saidAt }: z.output<typeof setConsentInput>,
): Promise<{ contactId: string; consent: Consent | null }> {
  if (saidAt !== undefined && saidAt > now() + AHEAD_MS) {
    throw new AppError('invalid-argument', '"at" is when they said so: it cannot lie ahead.', {
      details: { reason: 'in-the-future', field: 'at' },
    });
  }
  const at = Math.min(saidAt ?? now(), now());
  const wish = { category, state, at, source, proof: proof ?? null, userId: member.uid };
  return untilNoConflict(async () => {
    const [found] = await currentContacts([contactId]);
    const contact = accessible(member, found?.data);
    const id = found?.id ?? contactId;
    const [told] = await batchGet(consentEntries(id), [entryId(id, wish)]);
    const to = { id, contact, version: found?.version, writes: [] };
    const writes = told?.data ? [] : wishWrites(to, [wish]);
    if (writes.length > 0) {
      await commit([
        ...writes,
        auditWrite(member.uid, 'contacts.setConsent', contactPath(id), {
          category,
          state,
          source,
          at,
        }),
      ]);
    }
    const [stored] = await currentContacts([id]);
    return { contactId: id, consent: (stored?.data && consentOf(stored.data, category)) ?? null };
  });
}
