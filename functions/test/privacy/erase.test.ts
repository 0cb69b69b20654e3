import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processDue } from '../../src/messages/due';
import { type Message } from '../../src/messages/schema';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import { eraseInput, type Certificate } from '../../src/privacy/schema';
import { newId } from '../../src/shared/ids';
import { codeOf } from '../support/calling';
import { everyDocument, findTraces } from '../support/everything';
import { storeSomebody } from '../support/personWorld';
import { allConversations, allMessages } from '../support/stored';
import {
  ana,
  ask,
  ben,
  chunkAt,
  erased,
  jobAt,
  outcomesAt,
  root,
  run,
  tracesOf,
  usePeople,
} from './erasing';

usePeople('erase');

describe('an erasure', () => {
  it('leaves no trace of the person, anywhere', async () => {
    for (const trace of ana.traces) expect(await findTraces([trace], root), trace).not.toEqual([]);
    await erased(ana);
    expect(await tracesOf(ana)).toEqual([]);
  });

  it('leaves everybody else as they were', async () => {
    const before = await everyDocument();
    await erased(ana);
    const after = await everyDocument();
    const mine = [...before].filter(([path, data]) => {
      const all = `${path} ${JSON.stringify(data)}`;
      return (
        ben.traces.some((trace) => all.includes(trace)) &&
        !ana.traces.some((trace) => all.includes(trace))
      );
    });
    expect(mine.length).toBeGreaterThan(12);
    for (const [path, data] of mine) expect(after.get(path), path).toEqual(data);
    // Where both were, he still is.
    for (const id of ['campaign-over', 'campaign-open']) {
      expect((await chunkAt(id)).recipients[ben.contactId]).toMatchObject({ phone: ben.phone });
      const { rows } = (await db().doc(`campaigns/${id}/rows/l_0`).get()).data() as {
        rows: object[];
      };
      expect(rows).toEqual([{ phone: ben.phone, values: ['public1'] }]);
      expect((await db().doc(`campaigns/${id}`).get()).get('exclude.numbers')).toEqual([ben.phone]);
    }
    expect((await outcomesAt('campaign-over')).recipients[ben.contactId]).toMatchObject({
      wamid: 'wamid.public1',
    });
    expect(await storage().size('export/export-of-1')).toBeGreaterThan(0);
  });

  it('keeps what is counted', async () => {
    const before = await allMessages();
    await erased(ana);
    const after = await allMessages();
    const counted = ({ id, direction, type, timestamp, userId }: Message & { id: string }) => ({
      id,
      direction,
      type,
      timestamp,
      userId,
    });
    expect(after.map(counted)).toEqual(before.map(counted));
    const sent = after.find(({ id }) => id === 'sent-0');
    expect(sent).toMatchObject({ acceptedAt: 12, readAt: 14, content: {}, to: {} });
    expect(after.find(({ id }) => id === 'failed-0')).toMatchObject({
      error: { code: 131026, reason: 'undeliverable' },
    });
    const conversations = await allConversations();
    expect(conversations).toHaveLength(2);
    expect(conversations.find(({ contactName }) => contactName === null)).toMatchObject({
      ...{
        participants: ['abel'],
        createdAt: 1,
        address: {},
        lastMessage: null,
        status: 'resolved',
      },
    });
    expect(await chunkAt('campaign-over')).toMatchObject({
      counts: { recipients: 2, accepted: 2 },
    });
    expect(await outcomesAt('campaign-over')).toMatchObject({ counts: { sent: 2, delivered: 2 } });
    const audits = await db().collection('auditLog').where('action', '==', 'contacts.update').get();
    expect(audits.size).toBe(4);
  });

  it('stops what waits to be sent, also by campaigns', async () => {
    await erased(ana);
    const waiting = (await allMessages()).find(({ id }) => id === 'waiting-0');
    expect(waiting).toHaveProperty('cancelledAt');
    expect(waiting).not.toHaveProperty('dueAt');
    const open = await chunkAt('campaign-open');
    expect(open.counts).toEqual({ recipients: 2, accepted: 0, failed: 0, skipped: 1, unknown: 0 });
    const entry = Object.entries(open.recipients).find(([id]) => id !== ben.contactId);
    expect(entry?.[1]).toMatchObject({ state: 'skipped', reason: 'erased', isErased: true });
    expect(open.contactIds).toContain(entry?.[0]);
    onTestFinished(setClock(() => 4_000_000_000_001));
    expect(await processDue()).toMatchObject({ handedOver: 1 });
  });

  it('gives a certificate that says what was done, and to nobody whom', async () => {
    const { jobId } = await ask(ana, newId(), { reason: 'request' });
    await run(jobId);
    const { result } = await jobAt(jobId);
    const { fileId, sha256 } = result as { fileId: string; sha256: string };
    const file = (await db().doc(`files/${fileId}`).get()).data() as {
      path: string;
      purpose: string;
    };
    expect(file).toMatchObject({ purpose: 'privacy', createdBy: 'ada' });
    const content = await text(await storage().read(file.path));
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    const certificate = JSON.parse(content) as Certificate;
    expect(certificate).toMatchObject({
      ...{ certificate: 'recado-erasure/1', jobId, requestedBy: 'ada', reason: 'request' },
      erased: {
        ...{ contacts: 1, identities: 2, conversations: 1, messages: 7, consents: 1 },
        ...{ chunks: 2, outcomes: 1, rows: 2, campaigns: 2, deadLetters: 2, auditLog: 2 },
        ...{ jobs: 1, files: 2 },
      },
    });
    const [entry] = (
      await db().collection('auditLog').where('action', '==', 'contacts.erased').get()
    ).docs;
    expect(entry?.data()).toMatchObject({
      userId: 'ada',
      target: `contacts/${certificate.anonymousId}`,
      details: { jobId, sha256 },
    });
  });

  it('asked for again is the same; of somebody who is gone it is refused', async () => {
    const key = newId();
    const first = await ask(ana, key);
    expect(await ask(ana, key)).toEqual(first);
    await run(key);
    const before = await everyDocument();
    expect(await ask(ana, key)).toEqual(first);
    await run(key);
    expect(await everyDocument()).toEqual(before);
    expect(await codeOf(ask(ana))).toBe('not-found');
    expect(await codeOf(ask(ben, key))).toBe('already-exists');
  });

  it('needs the id twice', () => {
    const wrong = { jobId: newId(), contactId: ana.contactId, confirm: ben.contactId };
    expect(eraseInput.safeParse(wrong).success).toBe(false);
  });

  it('of somebody with more than a page of everything is whole', { timeout: 120_000 }, async () => {
    const batch = db().batch();
    for (let n = 0; n < 450; n++) {
      const { contactId, conversationId } = ana;
      batch.set(db().doc(`messages/many-${n}`), {
        ...{ direction: 'in', contactId, conversationId, channelId: '1', userId: null },
        ...{ type: 'text', content: { body: 'confidential' }, timestamp: n, wamid: `w${n}` },
      });
    }
    await batch.commit();
    const { result } = await erased(ana);
    expect(result).toMatchObject({ erased: { messages: 457 } });
    expect(await tracesOf(ana)).toEqual([]);
  });

  it('goes to contacts that were merged with it', async () => {
    const old = await storeSomebody(2);
    await db().doc(`contacts/${old.contactId}`).update({ mergedInto: ana.contactId });
    await db()
      .doc(`contacts/${ana.contactId}`)
      .update({ mergedFrom: [old.contactId] });
    await erased(old);
    expect([...(await tracesOf(ana)), ...(await tracesOf(old))]).toEqual([]);
  });
});
