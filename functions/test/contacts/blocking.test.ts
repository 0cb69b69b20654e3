import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forgetBlocks } from '../../src/campaigns/blocks';
import { expand } from '../../src/campaigns/expand';
import { launch } from '../../src/campaigns/launch';
import { blockContact } from '../../src/messages/blockContact';
import { messageState } from '../../src/messages/rules';
import { sendInput } from '../../src/messages/schema';
import { send } from '../../src/messages/send';
import { clearCaches } from '../../src/platform/cache';
import { db } from '../../src/platform/firestore';
import { newId } from '../../src/shared/ids';
import { receiveWebhook } from '../../src/webhooks/receive';
import { codeOf, storeTeam } from '../support/calling';
import {
  allRows,
  allSends,
  connectOwnChannel,
  draft,
  putTemplate,
  runLanes,
  storeContacts,
} from '../support/campaigns';
import { AGENT, contactAt, deeds, LEAD, made } from '../support/contacts';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';
import {
  allMessages,
  connectChannel,
  contactIdOf,
  conversationAt,
  conversationOf,
  messageAt,
} from '../support/stored';
import { CHANNEL, messagesBody, textMessage } from '../support/webhooks';

useProject('contacts-blocking');

beforeAll(async () => {
  await connectChannel();
  await storeTeam();
});

let phone = 34_644_000_000;
beforeEach(() => {
  phone++;
  clearCaches();
});

const receive = (text = 'Hello') =>
  receiveWebhook(
    messagesBody([
      { from: { phone: String(phone) }, message: { ...textMessage(`wamid.${newId()}`, text) } },
    ]),
  );
const block = (isBlocked = true, contactId = contactIdOf(String(phone)), member = LEAD) =>
  blockContact(member, { contactId, isBlocked });
const write = (fields: object = {}) =>
  send(
    LEAD,
    sendInput.parse({
      idempotencyKey: newId(),
      to: String(phone),
      channelId: CHANNEL,
      message: { type: 'text', text: { body: 'Hello' } },
      ...fields,
    }),
  );
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'sent',
    (error: unknown) => (error as { details: { reason: string } }).details.reason,
  );

describe('to a blocked contact', () => {
  it('nothing is sent, and the error says so; unblocked it is', async () => {
    await receive();
    await block();
    expect(await refusal(write())).toBe('contact-blocked');
    const conversationId = conversationOf(String(phone));
    expect(await refusal(write({ to: undefined, channelId: undefined, conversationId }))).toBe(
      'contact-blocked',
    );
    await block(false);
    expect(await refusal(write())).toBe('sent');
  });

  it('nothing is sent where no conversation is yet', async () => {
    const contactId = await made({ phone: `+${phone}` });
    await block(true, contactId);
    expect(await refusal(write())).toBe('contact-blocked');
  });

  it('what waits is taken back, and what was sent is left', async () => {
    await receive();
    const later = await write({ sendAt: Date.now() + 3_600_000 });
    const sent = await write();
    await db().doc(`messages/${sent.messageId}`).update({ claimedAt: 1, acceptedAt: 1 });
    await block();
    const stateOf = async (id: string) => messageState((await messageAt(id)) as never);
    expect(await stateOf(later.messageId)).toBe('cancelled');
    expect(await stateOf(sent.messageId)).toBe('accepted');
  });

  it('not even the answer to who asks to stop; the wish is recorded', async () => {
    await receive();
    await block();
    await receive('stop');
    const contactId = contactIdOf(String(phone));
    expect((await contactAt(contactId)).consents.marketing).toMatchObject({ source: 'message' });
    const messages = (await allMessages()).filter((message) => message.contactId === contactId);
    expect(messages.map(({ direction }) => direction)).toEqual(['in', 'in']);
  });
});

describe('a campaign that is under way', () => {
  it('passes over who was blocked since, and sends to who was unblocked', async () => {
    const simulator = await useSimulator('');
    await putTemplate(simulator, { category: 'UTILITY' });
    const channelId = await connectOwnChannel(simulator);
    const ids = await storeContacts(3, () => ({ tags: ['under-way'] }), 50_000);
    await draft('under-way-1', {
      channelId,
      audience: { kind: 'contacts', filter: { anyTag: ['under-way'] } },
    });
    await launch(LEAD, 'under-way-1');
    await expand('under-way-1');
    await block(true, ids[0]);
    await block(true, ids[1]);
    await block(false, ids[1]);
    forgetBlocks();
    await runLanes(channelId);
    const states = new Map(
      (await allRows('under-way-1')).map(({ contactId, state, reason }) => [
        contactId,
        [state, reason],
      ]),
    );
    expect(states.get(ids[0] as string)).toEqual(['skipped', 'blocked']);
    expect(states.get(ids[1] as string)?.[0]).toBe('accepted');
    expect(await allSends(simulator)).toHaveLength(2);
  });
});

describe('from a blocked contact', () => {
  it('messages are stored, in a conversation that says so', async () => {
    await receive();
    await block();
    await receive();
    expect(await conversationAt(conversationOf(String(phone)))).toMatchObject({
      isBlocked: true,
      unreadCount: 2,
    });
  });

  it('the first message begins a conversation that says so', async () => {
    await block(true, await made({ phone: `+${phone}` }));
    await receive();
    expect(await conversationAt(conversationOf(String(phone)))).toMatchObject({ isBlocked: true });
    expect(await refusal(write())).toBe('contact-blocked');
  });
});

describe('blocking', () => {
  it('is recorded once, and makes up for a call that died in between', async () => {
    await receive();
    const contactId = contactIdOf(String(phone));
    await block();
    // As if the first call had died after the contact.
    await db()
      .doc(`conversations/${conversationOf(String(phone))}`)
      .update({ isBlocked: false });
    await block();
    expect(await conversationAt(conversationOf(String(phone)))).toMatchObject({ isBlocked: true });
    await block(false);
    await block(false);
    expect(await contactAt(contactId)).toMatchObject({ isBlocked: false });
    expect((await contactAt(contactId)).blockedAt).toBeUndefined();
    expect(await deeds(`contacts/${contactId}`)).toEqual({
      'contacts.block': 1,
      'contacts.unblock': 1,
    });
  });

  it('is for the owner and leads', async () => {
    const contactId = await made({ phone: `+${phone}` });
    expect(await codeOf(block(true, contactId, AGENT))).toBe('not-found');
  });
});
