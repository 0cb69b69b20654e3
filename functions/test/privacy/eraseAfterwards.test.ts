import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/campaigns/schema';
import { applyOutcomes } from '../../src/campaigns/applyOutcomes';
import { openChunk } from '../../src/campaigns/openChunk';
import { retryFailed } from '../../src/campaigns/retry';
import { runJob } from '../../src/jobs/run';
import { sendInput } from '../../src/messages/schema';
import { send } from '../../src/messages/send';
import { applyStatuses } from '../../src/messages/statuses';
import { tidyErased } from '../../src/messages/retention';
import { clearCaches } from '../../src/platform/cache';
import { db, toVersion } from '../../src/platform/firestore';
import { newId } from '../../src/shared/ids';
import { receiveWebhook } from '../../src/webhooks/receive';
import { codeOf } from '../support/calling';
import { findTraces } from '../support/everything';
import { SOMEBODY, type Somebody } from '../support/personWorld';
import { allConversations, allMessages } from '../support/stored';
import { messagesBody, textMessage } from '../support/webhooks';
import {
  ada,
  ana,
  ask,
  ben,
  chunkAt,
  erased,
  jobAt,
  outcomesAt,
  root,
  tracesOf,
  usePeople,
} from './erasing';

usePeople('erase-afterwards');

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
