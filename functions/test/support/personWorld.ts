import { Readable } from 'node:stream';
import type { Campaign, Chunk, GroupOutcomes } from '../../src/campaigns/schema';
import { contactOf } from '../../src/contacts/identify';
import { aliasIds } from '../../src/contacts/rules';
import type { Contact } from '../../src/contacts/schema';
import { recordDeadLetters } from '../../src/deadLetters/record';
import { keepFile } from '../../src/files/keep';
import { db } from '../../src/platform/firestore';
import { CHANNEL } from './webhooks';

/** Somebody of whom something is stored in every place where a person can be. */
export interface Somebody {
  contactId: string;
  conversationId: string;
  phone: string;
  bsuid: string;
  /** What must not be found anywhere once they are erased. */
  traces: string[];
}

export const SOMEBODY = {
  phone: '+34611222333',
  bsuid: 'ES.8812345670',
  username: 'ana.the.first',
  name: 'Ana Quintanilla',
};

/** Stores a person, with all that can be held of one. `n` tells people apart. */
export async function storeSomebody(n = 0, messages = 3): Promise<Somebody> {
  const phone = n === 0 ? SOMEBODY.phone : `+3462200000${n}`;
  const bsuid = n === 0 ? SOMEBODY.bsuid : `ES.99000${n}`;
  const name = n === 0 ? SOMEBODY.name : `Bystander ${n}`;
  const username = n === 0 ? SOMEBODY.username : `bystander${n}`;
  const word = n === 0 ? 'confidential' : `public${n}`;
  const ids = aliasIds({ phone, bsuid });
  const contactId = ids[0] as string;
  const conversationId = `${CHANNEL}_${contactId}`;
  const wamid = (k: number): string => `wamid.${word}${k}`;
  const documents: Record<string, object> = {};

  documents[`contacts/${contactId}`] = {
    ...contactOf({ name, phone, bsuid, username }),
    ...{ tags: ['vip'], attributes: { city: `${word} city` }, userId: 'abel' },
  } satisfies Contact;
  for (const id of ids) documents[`identities/${id}`] = { contactId, createdAt: 1 };
  documents[`contacts/${contactId}/consents/one${n}`] = { proof: `${word} paper`, state: 'in' };
  documents[`conversations/${conversationId}`] = {
    ...{ channelId: CHANNEL, contactId, contactName: name, address: { phone, bsuid } },
    ...{ status: 'open', snoozedUntil: null, participants: ['abel'], assigneeId: 'abel' },
    ...{ labels: [`${word} label`], unreadCount: 2, lastMessageAt: 5, lastInboundAt: 4 },
    lastMessage: { text: `${word} preview`, type: 'text', direction: 'in' },
    ...{ lastInboundWamid: wamid(0), createdAt: 1 },
  };
  const common = { channelId: CHANNEL, conversationId, contactId, type: 'text', replyTo: wamid(0) };
  for (let k = 0; k < messages; k++) {
    documents[`messages/in-${n}-${k}`] = {
      ...{ ...common, direction: 'in', userId: null, wamid: wamid(k), timestamp: k, receivedAt: k },
      content: { body: `${word} question ${k}` },
      originalContent: { body: `${word} before` },
      referral: { headline: `${word} ad` },
      reactions: { [contactId]: { emoji: '👍', at: 3 } },
    };
  }
  const out = { ...common, direction: 'out', userId: 'abel', to: { phone }, priority: 'normal' };
  documents[`messages/sent-${n}`] = {
    ...{ ...out, wamid: wamid(100), timestamp: 10, sendAt: null, fingerprint: 'f', attempts: 1 },
    ...{ claimedAt: 11, acceptedAt: 12, readAt: 14, content: { body: `${word} answer` } },
  };
  documents[`messages/waiting-${n}`] = {
    ...{ ...out, wamid: null, timestamp: 20, fingerprint: 'f', attempts: 0 },
    ...{ content: { body: `${word} plan` }, sendAt: 4_000_000_000_000, dueAt: 4_000_000_000_000 },
  };
  documents[`messages/failed-${n}`] = {
    ...{ ...out, wamid: wamid(101), timestamp: 21, sendAt: null, fingerprint: 'f', attempts: 1 },
    ...{ failedAt: 22, content: { body: `${word} lost` } },
    error: { code: 131026, reason: 'undeliverable', title: `${word} title`, details: word },
  };
  documents[`messages/note-${n}`] = {
    ...{ ...common, direction: 'note', userId: 'abel', wamid: null, timestamp: 30 },
    content: { body: `${word} note` },
  };
  documents[`auditLog/a-${n}`] = audit(`contacts/${contactId}`);
  documents[`auditLog/b-${n}`] = audit(`conversations/${conversationId}`, { from: contactId });
  documents[`jobs/tagging-${n}`] = {
    ...{ kind: 'contacts-tag', status: 'done', input: { filter: { phone }, ids: [contactId] } },
    ...{ state: { cursor: contactId }, result: { name, n: 1 }, error: null, steps: 1 },
    ...{ progress: { done: 1, total: 1 }, holder: null, failures: 0, createdBy: 'abel' },
    ...{ createdAt: 1, updatedAt: 1, endedAt: 2 },
  };
  const batch = db().batch();
  for (const [path, data] of Object.entries(documents)) batch.set(db().doc(path), data);
  await batch.commit();

  await recordDeadLetters([
    { kind: 'webhook', reason: 'of no known kind', raw: JSON.stringify({ from: phone, word }) },
    {
      kind: 'task',
      reason: 'a long one',
      raw: `${'x'.repeat(199_995)}${phone}${'y'.repeat(10)}`,
    },
  ]);
  const file = { contentType: 'text/csv', purpose: 'export', createdBy: 'abel' } as const;
  await keepFile(
    { ...file, id: `export-of-${n}`, name: 'contacts.csv' },
    Readable.from(['phone;name\n', phone.slice(0, 6), `${phone.slice(6)};${name}\n`]),
  );
  const [, a, b, c] = /^\+34(...)(...)(...)$/.exec(phone) ?? [];
  await keepFile(
    { ...file, purpose: 'upload', id: `upload-of-${n}`, name: 'list.csv' },
    Readable.from([`phone\n${a} ${b} ${c}\n`]),
  );
  return {
    ...{ contactId, conversationId, phone, bsuid },
    traces: [phone, phone.slice(1), bsuid, username, name, word, ...ids],
  };
}

const audit = (target: string, details: object = {}) => ({
  ...{ userId: 'abel', action: 'contacts.update', target, details, at: 3 },
});

/** A campaign that is over and one that waits, for these people; in the second nobody is heard of. */
export async function storeCampaigns(people: readonly Somebody[]): Promise<void> {
  await Promise.all([
    storeCampaign('campaign-over', 'completed', people, true),
    storeCampaign('campaign-open', 'running', people, false),
  ]);
}

async function storeCampaign(
  id: string,
  status: Campaign['status'],
  people: readonly Somebody[],
  isSent: boolean,
): Promise<void> {
  const wordOf = (traces: string[]): string => traces[5] as string;
  const campaign = {
    ...{ name: id, channelId: CHANNEL, status, isActive: !isSent, isOpen: true, createdBy: 'sol' },
    ...{ variants: [], abTest: null, winner: null, createdAt: 1, updatedAt: 1 },
    audience: {
      ...{ kind: 'list', listId: 'l', rows: people.length, columns: ['name'], invalid: 1 },
      ...{ duplicates: 0, examples: people.map(({ phone }) => ({ line: 1, value: phone })) },
    },
    exclude: { tags: [], numbers: people.map(({ phone }) => phone), campaignIds: [] },
    completedAt: isSent ? 50 : null,
  };
  const chunk: Chunk = {
    ...{ campaignId: id, channelId: CHANNEL, group: '0', variant: 0, createdAt: 10, sendAt: 10 },
    ...(isSent ? {} : { dueAt: 4_000_000_000_000 }),
    counts: {
      recipients: people.length,
      accepted: isSent ? people.length : 0,
      ...{ failed: 0, skipped: 0, unknown: 0 },
    },
    contactIds: people.map(({ contactId }) => contactId),
    recipients: Object.fromEntries(
      people.map(({ contactId, phone, bsuid, traces }) => [
        contactId,
        {
          ...{ phone, bsuid, name: wordOf(traces), values: { '0': [wordOf(traces)] } },
          ...(isSent ? { state: 'accepted', at: 11, wamid: `wamid.${wordOf(traces)}` } : {}),
        },
      ]),
    ),
  };
  const outcomes: GroupOutcomes = {
    ...{ campaignId: id, variant: 0 },
    counts: { ...{ sent: people.length, delivered: people.length, read: 0 }, ...NONE },
    recipients: Object.fromEntries(
      people.map(({ contactId, traces }) => [
        contactId,
        { sentAt: 12, deliveredAt: 13, wamid: `wamid.${wordOf(traces)}` },
      ]),
    ),
  };
  const batch = db().batch();
  batch.set(db().doc(`campaigns/${id}`), campaign);
  batch.set(db().doc(`campaigns/${id}/rows/l_0`), {
    rows: people.map(({ phone, traces }) => ({ phone, values: [wordOf(traces)] })),
  });
  batch.set(db().doc(`campaigns/${id}/chunks/0-0`), chunk);
  if (isSent) batch.set(db().doc(`campaigns/${id}/outcomes/0`), outcomes);
  await batch.commit();
}

const NONE = { failed: 0, replied: 0, optedOut: 0 };
