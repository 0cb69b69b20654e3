import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Chunk, GroupOutcomes } from '../../src/campaigns/schema';
import { applyOutcomes } from '../../src/campaigns/applyOutcomes';
import { openChunk } from '../../src/campaigns/openChunk';
import { retryFailed } from '../../src/campaigns/retry';
import { cancelJob } from '../../src/jobs/cancel';
import { runJob, type JobHandlers } from '../../src/jobs/run';
import type { Job } from '../../src/jobs/schema';
import { processDue } from '../../src/messages/due';
import { sendInput, type Message } from '../../src/messages/schema';
import { send } from '../../src/messages/send';
import { applyStatuses } from '../../src/messages/statuses';
import { tidyErased } from '../../src/messages/retention';
import { clearCaches } from '../../src/platform/cache';
import { setClock } from '../../src/platform/clock';
import { db, toVersion } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import { erase } from '../../src/privacy/erase';
import { eraseInput, type Certificate } from '../../src/privacy/schema';
import { newId } from '../../src/shared/ids';
import type { Member } from '../../src/team/schema';
import { receiveWebhook } from '../../src/webhooks/receive';
import { codeOf } from '../support/calling';
import { everyDocument, findTraces } from '../support/everything';
import { SOMEBODY, storeCampaigns, storeSomebody, type Somebody } from '../support/personWorld';
import { useProject } from '../support/project';
import { allConversations, allMessages, clearFirestore, connectChannel } from '../support/stored';
import { messagesBody, textMessage } from '../support/webhooks';

const root = mkdtempSync(join(tmpdir(), 'recado-erase-'));
useProject('erase', { FILE_STORE: pathToFileURL(root).href });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ada: Member = { uid: 'ada', role: 'admin' };
const handlers: JobHandlers = {
  'contacts-erase': async () => (await import('../../src/privacy/eraseJob')).eraseJob,
};

let ana: Somebody;
let ben: Somebody;
let stopClock = (): void => undefined;
beforeEach(async () => {
  rmSync(root, { recursive: true, force: true });
  await clearFirestore();
  clearCaches();
  await connectChannel();
  [ana, ben] = await Promise.all([storeSomebody(0), storeSomebody(1)]);
  await storeCampaigns([ana, ben]);
});
afterEach(() => {
  vi.restoreAllMocks();
  stopClock();
});

const ask = (who: Somebody, jobId = newId(), fields = {}): Promise<{ jobId: string }> => {
  const { contactId } = who;
  return erase(ada, eraseInput.parse({ jobId, contactId, confirm: contactId, ...fields }));
};
const jobAt = async (id: string): Promise<Job> =>
  (await db().doc(`jobs/${id}`).get()).data() as Job;
const run = (id: string): Promise<void> => runJob(id, handlers);
async function erased(who: Somebody): Promise<Job> {
  const { jobId } = await ask(who);
  await run(jobId);
  const job = await jobAt(jobId);
  expect(job).toMatchObject({ status: 'done', error: null });
  return job;
}
const tracesOf = ({ traces }: Somebody): Promise<string[]> => findTraces(traces, root);
const chunkAt = async (id: string): Promise<Chunk> =>
  (await db().doc(`campaigns/${id}/chunks/0-0`).get()).data() as Chunk;
const outcomesAt = async (id: string): Promise<GroupOutcomes> =>
  (await db().doc(`campaigns/${id}/outcomes/0`).get()).data() as GroupOutcomes;

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
    stopClock = setClock(() => 4_000_000_000_001);
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

  it('goes on in one job at a time', async () => {
    const [first, second] = [await ask(ana), await ask(ana)];
    // The queue calls again whom the other one was faster than.
    await Promise.allSettled([run(first.jobId), run(second.jobId)]);
    await Promise.all([run(first.jobId), run(second.jobId)]);
    const states = await Promise.all([jobAt(first.jobId), jobAt(second.jobId)]);
    expect(states.map(({ status }) => status)).toEqual(['done', 'done']);
    const [other, certified] = states
      .map(({ result }) => result)
      .sort((a) => (a?.['sha256'] ? 1 : -1));
    expect(certified).toHaveProperty('fileId');
    expect(Object.keys(other ?? {})).toEqual(['erasedBy']);
    expect(await tracesOf(ana)).toEqual([]);
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

describe('whatever dies', () => {
  /** The nth commit from now on is not made, or its answer never comes, and nothing after it. */
  function dieAt(n: number, isMade: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const client = db();
    const batch = client.batch.bind(client);
    let count = 0;
    vi.spyOn(client, 'batch').mockImplementation(() => {
      const next = batch();
      const commit = next.commit.bind(next);
      next.commit = async () => {
        if (++count < n) return commit();
        if (count === n && isMade) await commit();
        resolve(undefined);
        return new Promise(() => undefined);
      };
      return next;
    });
    return promise;
  }

  it.each([
    ['before', false],
    ['after', true],
  ])(
    '%s any commit, the next run does the rest, and counts are exact',
    { timeout: 400_000 },
    async (_, isMade) => {
      const expected = (await erased(ana)).result?.['erased'];
      let commits = 0;
      for (let n = 1; ; n++) {
        rmSync(root, { recursive: true, force: true });
        await clearFirestore();
        clearCaches();
        await connectChannel();
        [ana, ben] = await Promise.all([storeSomebody(0), storeSomebody(1)]);
        await storeCampaigns([ana, ben]);
        const { jobId } = await ask(ana);
        const death = dieAt(n, isMade);
        const ended = run(jobId).then(() => 'ended' as const);
        const end = await Promise.race([death, ended]);
        vi.restoreAllMocks();
        if (end === 'ended') break;
        commits++;
        const later = Date.now() + 121_000;
        stopClock = setClock(() => later);
        await run(jobId);
        stopClock();
        const job = await jobAt(jobId);
        expect([n, job.status, job.result?.['erased']]).toEqual([n, 'done', expected]);
        expect([n, await tracesOf(ana)]).toEqual([n, []]);
      }
      expect(commits).toBeGreaterThan(15);
    },
  );

  it('and is given up, another job goes on with it', async () => {
    const { jobId } = await ask(ana);
    const death = dieAt(4, true);
    void run(jobId);
    await death;
    vi.restoreAllMocks();
    expect(await codeOf(ask(ana))).toBe('failed-precondition');
    await cancelJob(ada, jobId);
    const later = Date.now() + 121_000;
    stopClock = setClock(() => later);
    await run(jobId);
    expect(await jobAt(jobId)).toMatchObject({ status: 'cancelled' });
    expect(await tracesOf(ana)).not.toEqual([]);
    await erased(ana);
    expect(await tracesOf(ana)).toEqual([]);
  });
});

describe('somebody who writes', () => {
  const writes = (id: string, body = 'hello again'): Promise<unknown> =>
    receiveWebhook(
      messagesBody([
        { from: { phone: ana.phone.slice(1), bsuid: ana.bsuid }, message: textMessage(id, body) },
      ]),
    );

  it('after the erasure, to an instance that remembers them, is a new person', async () => {
    await writes('wamid.confidential-known');
    await erased(ana);
    await writes('wamid.new');
    const mine = (await allMessages()).filter(({ wamid }) => wamid === 'wamid.new');
    expect(mine).toMatchObject([{ content: { body: 'hello again' } }]);
    const conversations = (await allConversations()).filter(
      ({ id }) => id === mine[0]?.conversationId,
    );
    expect(conversations).toMatchObject([{ unreadCount: 1, labels: [], participants: [] }]);
    expect(
      (await allMessages()).filter(({ contactId }) => contactId === mine[0]?.contactId),
    ).toHaveLength(1);
    const words = ['confidential', SOMEBODY.name, SOMEBODY.username];
    expect(await findTraces(words, root)).toEqual([]);
  });

  it('while it goes on is a new person, who stays', async () => {
    await writes('wamid.confidential-known');
    const { jobId } = await ask(ana);
    let steps = 0;
    const { eraseJob } = await import('../../src/privacy/eraseJob');
    await runJob(jobId, {
      'contacts-erase': () =>
        Promise.resolve({
          step: async (context) => {
            if (steps++ === 1) await writes('wamid.meanwhile');
            if (steps === 6) await writes('wamid.later');
            return eraseJob.step(context as never);
          },
        }),
    });
    expect(await jobAt(jobId)).toMatchObject({ status: 'done' });
    const stayed = (await allMessages()).filter(
      ({ wamid }) => wamid !== null && /meanwhile|later/.test(wamid),
    );
    expect(stayed).toHaveLength(2);
    expect(new Set(stayed.map(({ contactId }) => contactId)).size).toBe(1);
    const contact = await db().doc(`contacts/${stayed[0]?.contactId}`).get();
    expect(contact.data()).toMatchObject({ phone: ana.phone, isActive: true });
    await writes('wamid.in-the-end');
    expect(await codeOf(writes('wamid.in-the-end'))).toBe('ok');
    const [conversation] = (await allConversations()).filter(
      ({ id }) => id === stayed[0]?.conversationId,
    );
    expect(conversation?.unreadCount).toBe(3);
    expect(await findTraces(['confidential', SOMEBODY.name], root)).toEqual([]);
  });

  it('the same message again, as WhatsApp does for a week, brings nothing back', async () => {
    await writes('wamid.once', 'confidential words');
    await erased(ana);
    clearCaches();
    await writes('wamid.once', 'confidential words');
    expect(await tracesOf(ana)).toEqual([]);
  });

  it('edits or takes back what was erased, and nothing comes back', async () => {
    const id = 'wamid.to-edit';
    await writes(id, 'confidential words');
    await erased(ana);
    const text = { type: 'text', text: { body: 'confidential, corrected' } };
    const change = (type: string, more: object) =>
      receiveWebhook(
        messagesBody([
          {
            from: { phone: ana.phone.slice(1), bsuid: ana.bsuid },
            message: {
              ...{
                id: `wamid.${newId()}`,
                timestamp: String(Math.floor(Date.now() / 1_000)),
                type,
              },
              [type]: { original_message_id: id, ...more },
            },
          },
        ]),
      );
    await change('edit', { message: text });
    await change('revoke', {});
    expect(await findTraces(['confidential', ana.phone], root)).toEqual([]);
  });
});

describe('an instance that remembers', () => {
  it('sends nothing into a conversation that is gone', async () => {
    const input = (idempotencyKey: string) =>
      sendInput.parse({
        ...{ idempotencyKey, conversationId: ana.conversationId },
        message: { type: 'text', text: { body: 'confidential answer' } },
      });
    await db().doc(`conversations/${ana.conversationId}`).update({ lastInboundAt: Date.now() });
    expect(await codeOf(send(ada, input(newId())))).toBe('ok');
    await erased(ana);
    expect(await codeOf(send(ada, input(newId())))).toBe('aborted');
    clearCaches();
    expect(await codeOf(send(ada, input(newId())))).toBe('not-found');
    expect(await tracesOf(ana)).toEqual([]);
  });

  it('records what became of a campaign of theirs without them', async () => {
    const stored = await db().doc('campaigns/campaign-open/chunks/0-0').get();
    const data = stored.data() as Chunk;
    const version = toVersion(stored.updateTime as never);
    const lane = openChunk({ id: '0-0', data, version }, 30_000);
    const claimed = await lane.write(new Map(), [ana.contactId, ben.contactId], {
      goesOn: true,
      notBefore: 0,
    });
    expect(claimed).toHaveLength(2);
    await erased(ana);
    const sent = { state: 'accepted' as const, wamid: 'wamid.confidential' };
    await lane.write(
      new Map([
        [ana.contactId, sent],
        [ben.contactId, { ...sent, wamid: 'wamid.public1' }],
      ]),
      [],
      { goesOn: false, notBefore: 0 },
    );
    expect(await tracesOf(ana)).toEqual([]);
    const { counts, recipients } = await chunkAt('campaign-open');
    expect(counts).toEqual({ recipients: 2, accepted: 1, failed: 0, skipped: 0, unknown: 1 });
    expect(recipients[ben.contactId]).toMatchObject({ state: 'accepted' });
  });

  it('takes statuses of campaigns for nobody', async () => {
    await erased(ana);
    const event = (campaignId: string, { contactId }: Somebody) => ({
      ...{ campaignId, chunkId: '0-0', contactId, round: 0, status: 'read' as const, at: 99 },
      wamid: contactId === ana.contactId ? 'wamid.confidential' : 'wamid.public1',
    });
    const events = ['campaign-over', 'campaign-open'].flatMap((id) => [
      event(id, ana),
      event(id, ben),
    ]);
    expect(await applyOutcomes(events)).toEqual([]);
    expect(await tracesOf(ana)).toEqual([]);
    expect((await outcomesAt('campaign-open')).recipients[ben.contactId]).toMatchObject({
      readAt: 99,
    });
  });

  it('never retries a campaign for somebody who was erased', async () => {
    const failed = { [`recipients.${ana.contactId}.state`]: 'failed', 'counts.failed': 1 };
    await db().doc('campaigns/campaign-over/chunks/0-0').update(failed);
    await erased(ana);
    expect(await retryFailed(ada, 'campaign-over')).toMatchObject({ retried: 0 });
  });

  it('counts a late status, and what it brings along goes within a day', async () => {
    await erased(ana);
    const status = (status: 'delivered' | 'read') => ({
      ...{ kind: 'status' as const, channelId: '1', wamid: 'wamid.confidential', status, at: 99 },
      ...{
        callbackData: 'waiting-0',
        recipient: {},
        error: undefined,
        pricing: undefined,
        raw: {},
      },
    });
    await applyStatuses([status('delivered')] as never);
    expect((await allMessages()).find(({ id }) => id === 'waiting-0')).toMatchObject({
      deliveredAt: 99,
    });
    expect(await tidyErased()).toBe(1);
    expect(await tidyErased()).toBe(0);
    expect(await tracesOf(ana)).toEqual([]);
  });
});
