import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { initializeTestEnvironment, type RulesTestEnvironment } from '@firebase/rules-unit-testing';
import { doc, setDoc, setLogLevel, type Firestore } from 'firebase/firestore';
import { EVERYBODY, PEOPLE, type Who } from './people';

/** What is stored when a test begins, beside the users documents of `PEOPLE`. */
const DOCUMENTS: Record<string, object> = {
  'channels/1': { throughput: 80 },
  'templates/hello_en': { status: 'APPROVED' },

  'conversations/takesPart': conversation(['agent'], 'supervisor'),
  'conversations/unassigned': conversation(['supervisor'], null),
  'conversations/assigned': conversation([], 'agent'),
  'conversations/colleagues': conversation(['colleague'], 'colleague'),
  'messages/takesPart': message('takesPart'),
  'messages/unassigned': message('unassigned'),
  'messages/assigned': message('assigned'),
  'messages/colleagues': message('colleagues'),
  'messages/orphan': message('gone'),

  'contacts/owned': { userId: 'agent', isActive: true },
  'contacts/colleagues': { userId: 'colleague', isActive: true },
  'contacts/ownerless': { userId: null, isActive: true },
  'segments/vip': { name: 'VIP', filter: {} },
  'settings/attributes': { definitions: {} },
  'identities/phone': { contactId: 'owned' },
  'contacts/owned/consents/1': { category: 'marketing', state: 'in', at: 1 },
  'contacts/colleagues/consents/1': { category: 'marketing', state: 'out', at: 1 },
  'merges/1': { winnerId: 'owned', loserId: 'colleagues' },
  'merges/1/mergedConversations/1': { winnerId: 'takesPart' },
  'duplicateDismissals/1': { contactIds: ['owned', 'colleagues'] },

  'campaigns/1': { createdBy: 'supervisor', status: 'draft', isActive: true, createdAt: 1 },
  'campaigns/1/chunks/0': { recipients: {} },
  'campaigns/1/outcomes/0': { recipients: {} },
  'campaigns/1/rows/0': { rows: [] },
  'campaigns/1/jobs/expansion': { isDone: true },
  'jobs/agents': { createdBy: 'agent', kind: 'contacts-export', createdAt: 1 },
  'jobs/leads': { createdBy: 'supervisor', kind: 'contacts-import', createdAt: 1 },
  'jobs/leads/pieces/0': { counts: { created: 1 } },
  'files/agents': { createdBy: 'agent' },
  'metrics/day_2026-11-22': { sent: 1 },
  'partition_metadata/1': { collection: 'messages', status: 'archived', createdAt: 1 },
  'deadLetters/1': { raw: '{}' },
  'deadLetters/1/parts/0': { raw: '{}' },
  'auditLog/1': { userId: 'admin', target: 'users/agent', at: 1 },
  'alerts/error-rate_all': { status: 'open', isActive: true },
  'telemetry/totals': { totals: '{}' },
  'schedules/hourly': { outcome: 'ok' },
  'mail/1': { to: ['ops@example.com'] },
  'lanes/1_0': { holder: null },
  'batchRuns/1': { isDone: false },
  'conversions/1': { campaignId: '1', at: 1 },
  'countedEvents/2026-11-22T10:00~0': { hashes: '' },
  'somethingNew/1': { isPublic: true },
};

function conversation(participants: string[], assigneeId: string | null): object {
  return { participants, assigneeId, status: 'open', lastMessageAt: 1 };
}

function message(conversationId: string): object {
  return { conversationId, userId: 'agent', type: 'text', timestamp: 1 };
}

export interface World {
  projectId: string;
  /** Firestore as this person's app sees it. */
  as(who: Who): Firestore;
  /** Writes past the rules, as the functions do. */
  write(path: string, data: object): Promise<void>;
  close(): Promise<void>;
}

/** A project of its own in the running emulator, under the project's rules. */
export async function createWorld(name: string): Promise<World> {
  const emulator = process.env['FIRESTORE_EMULATOR_HOST'];
  if (!emulator) {
    throw new Error('These tests need the emulators; run them with `npm test -- rules`.');
  }
  // Refusals are what these tests look for; the library reports each as a warning.
  setLogLevel('silent');
  const run = createHash('sha256').update(`${name}${process.pid}${Date.now()}`).digest('hex');
  const projectId = `demo-${name}-${run.slice(0, 8)}`;
  const [host = '', port] = emulator.split(':');
  const environment = await initializeTestEnvironment({
    projectId,
    firestore: {
      host,
      port: Number(port),
      rules: readFileSync(new URL('../../../firestore.rules', import.meta.url), 'utf8'),
    },
  });
  const apps = new Map(EVERYBODY.map((who) => [who, appOf(environment, who)]));
  const write = (path: string, data: object): Promise<void> =>
    environment.withSecurityRulesDisabled((context) =>
      setDoc(doc(context.firestore() as unknown as Firestore, path), data),
    );

  for (const who of EVERYBODY) {
    const person = PEOPLE[who];
    if ('document' in person) await write(`users/${person.uid}`, person.document);
  }
  for (const [path, data] of Object.entries(DOCUMENTS)) await write(path, data);

  return {
    projectId,
    as: (who) => apps.get(who) as Firestore,
    write,
    close: () => environment.cleanup(),
  };
}

function appOf(environment: RulesTestEnvironment, who: Who): Firestore {
  const person = PEOPLE[who];
  const context =
    person.uid === null
      ? environment.unauthenticatedContext()
      : environment.authenticatedContext(
          person.uid,
          'claim' in person ? { role: person.claim } : {},
        );
  // The testing library still gives the older type of the same object.
  return context.firestore() as unknown as Firestore;
}

/** Whether the rules let it through; other errors are errors. */
export async function allowed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'permission-denied') return false;
    throw error;
  }
}
