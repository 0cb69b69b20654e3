import { createContact } from '../../src/contacts/create';
import { createContactInput, listContactsInput, type Contact } from '../../src/contacts/schema';
import { listContacts, type ContactView } from '../../src/contacts/list';
import { runJob, type JobHandlers } from '../../src/jobs/run';
import type { Job } from '../../src/jobs/schema';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { newId } from '../../src/shared/ids';
import type { Member } from '../../src/team/schema';

export const LEAD: Member = { uid: 'supervisor', role: 'supervisor' };
export const AGENT: Member = { uid: 'agent', role: 'agent' };

/** Makes a contact as a client does; gives its id. */
export async function made(fields: Record<string, unknown>, member = LEAD): Promise<string> {
  const input = createContactInput.parse({ idempotencyKey: newId(), ...fields });
  return (await createContact(member, input)).contactId;
}

export const contactAt = async (id: string): Promise<Contact> =>
  (await db().doc(`contacts/${id}`).get()).data() as Contact;

export const jobAt = async (id: string): Promise<Job> =>
  (await db().doc(`jobs/${id}`).get()).data() as Job;

/** What a list gives, all pages, as a client asks for it. */
export async function listed(
  asked: Record<string, unknown>,
  member = LEAD,
): Promise<ContactView[]> {
  const all: ContactView[] = [];
  let cursor: string | null = null;
  do {
    const page = await listContacts(member, listContactsInput.parse({ ...asked, cursor }));
    all.push(...page.contacts);
    ({ cursor } = page);
  } while (cursor !== null);
  return all;
}

/** Does it, and again, as a client does that lost the first answer. */
export async function twice(work: () => Promise<unknown>): Promise<void> {
  await work();
  await work();
}

/** Runs a job; one whose run died, after its lease is over. */
export async function runAgain(id: string, handlers: JobHandlers): Promise<void> {
  const restore = setClock(() => Date.now() + 10 * 60_000);
  try {
    await runJob(id, handlers);
  } finally {
    restore();
  }
}

/** How often each deed is in the audit log, by its name. */
export async function deeds(target?: string): Promise<Record<string, number>> {
  const log = db().collection('auditLog');
  const { docs } = await (target ? log.where('target', '==', target) : log).get();
  const counts: Record<string, number> = {};
  for (const doc of docs) {
    const action = doc.get('action') as string;
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}
