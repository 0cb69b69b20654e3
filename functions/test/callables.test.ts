import { beforeAll, describe, expect, it } from 'vitest';
import * as campaignsCancel from '../src/entry/callables/campaignsCancel';
import * as campaignsClone from '../src/entry/callables/campaignsClone';
import * as campaignsCreate from '../src/entry/callables/campaignsCreate';
import * as campaignsLaunch from '../src/entry/callables/campaignsLaunch';
import * as campaignsPause from '../src/entry/callables/campaignsPause';
import * as campaignsPreflight from '../src/entry/callables/campaignsPreflight';
import * as campaignsReport from '../src/entry/callables/campaignsReport';
import * as campaignsResume from '../src/entry/callables/campaignsResume';
import * as campaignsRetry from '../src/entry/callables/campaignsRetry';
import * as campaignsUpdate from '../src/entry/callables/campaignsUpdate';
import * as contactsBlock from '../src/entry/callables/contactsBlock';
import * as contactsCreate from '../src/entry/callables/contactsCreate';
import * as contactsExport from '../src/entry/callables/contactsExport';
import * as contactsList from '../src/entry/callables/contactsList';
import * as contactsTag from '../src/entry/callables/contactsTag';
import * as contactsUpdate from '../src/entry/callables/contactsUpdate';
import * as attributesDefine from '../src/entry/callables/attributesDefine';
import * as attributesList from '../src/entry/callables/attributesList';
import * as segmentsCount from '../src/entry/callables/segmentsCount';
import * as segmentsDelete from '../src/entry/callables/segmentsDelete';
import * as segmentsList from '../src/entry/callables/segmentsList';
import * as segmentsSave from '../src/entry/callables/segmentsSave';
import * as assign from '../src/entry/callables/conversationsAssign';
import * as addNote from '../src/entry/callables/conversationsAddNote';
import * as label from '../src/entry/callables/conversationsLabel';
import * as markRead from '../src/entry/callables/conversationsMarkRead';
import * as thread from '../src/entry/callables/conversationsThread';
import * as setStatus from '../src/entry/callables/conversationsSetStatus';
import * as connect from '../src/entry/callables/channelsConnect';
import * as pause from '../src/entry/callables/channelsPause';
import * as resume from '../src/entry/callables/channelsResume';
import * as jobsCancel from '../src/entry/callables/jobsCancel';
import * as jobsList from '../src/entry/callables/jobsList';
import * as eraseContact from '../src/entry/callables/contactsErase';
import * as exportContact from '../src/entry/callables/contactsExportData';
import * as list from '../src/entry/callables/deadLettersList';
import * as replay from '../src/entry/callables/deadLettersReplay';
import * as cancel from '../src/entry/callables/messagesCancel';
import * as send from '../src/entry/callables/messagesSend';
import * as sendBulk from '../src/entry/callables/messagesSendBulk';
import * as changeRole from '../src/entry/callables/teamChangeRole';
import * as deactivate from '../src/entry/callables/teamDeactivate';
import * as invite from '../src/entry/callables/teamInvite';
import * as sync from '../src/entry/callables/templatesSync';
import { clearCaches } from '../src/platform/cache';
import { setClock } from '../src/platform/clock';
import { db } from '../src/platform/firestore';
import { wakeSnoozed } from '../src/conversations/snoozes';
import { syncClaims } from '../src/team/syncClaims';
import { receiveWebhook } from '../src/webhooks/receive';
import { as, call, codeOf, ROLES, storeTeam, user, type Callable } from './support/calling';
import { useProject } from './support/project';
import { useSimulator } from './support/simulator';
import { allDeadLetters, connectChannel, conversationAt, conversationOf } from './support/stored';
import { CHANNEL, messagesBody, textMessage } from './support/webhooks';

useProject('callables');

const admin = as('admin');
beforeAll(async () => {
  await useSimulator('');
  await connectChannel();
  await storeTeam();
  await db()
    .doc('users/gone')
    .set(user('admin', { isActive: false }));
  await receiveWebhook(
    messagesBody([{ from: { phone: '34600111222' }, message: textMessage('wamid.1') }]),
  );
});

const conversationId = conversationOf('34600111222');

describe('who may call', () => {
  const agents = ['admin', 'supervisor', 'agent'];
  const supervisors = ['admin', 'supervisor'];
  it.each<[string, Callable, string[]]>([
    ['contacts-erase', eraseContact.contactsErase, ['admin']],
    ['contacts-exportData', exportContact.contactsExportData, ['admin']],
    ['jobs-cancel', jobsCancel.jobsCancel, agents],
    ['jobs-list', jobsList.jobsList, agents],
    ['messages-send', send.messagesSend, agents],
    ['messages-sendBulk', sendBulk.messagesSendBulk, agents],
    ['messages-cancel', cancel.messagesCancel, agents],
    ['conversations-assign', assign.conversationsAssign, agents],
    ['conversations-setStatus', setStatus.conversationsSetStatus, agents],
    ['conversations-label', label.conversationsLabel, agents],
    ['conversations-addNote', addNote.conversationsAddNote, agents],
    ['conversations-markRead', markRead.conversationsMarkRead, agents],
    ['conversations-thread', thread.conversationsThread, agents],
    ['campaigns-create', campaignsCreate.campaignsCreate, supervisors],
    ['campaigns-update', campaignsUpdate.campaignsUpdate, supervisors],
    ['campaigns-clone', campaignsClone.campaignsClone, supervisors],
    ['campaigns-preflight', campaignsPreflight.campaignsPreflight, supervisors],
    ['campaigns-launch', campaignsLaunch.campaignsLaunch, supervisors],
    ['campaigns-pause', campaignsPause.campaignsPause, supervisors],
    ['campaigns-resume', campaignsResume.campaignsResume, supervisors],
    ['campaigns-cancel', campaignsCancel.campaignsCancel, supervisors],
    ['campaigns-retry', campaignsRetry.campaignsRetry, supervisors],
    ['campaigns-report', campaignsReport.campaignsReport, supervisors],
    ['contacts-create', contactsCreate.contactsCreate, agents],
    ['contacts-update', contactsUpdate.contactsUpdate, agents],
    ['contacts-block', contactsBlock.contactsBlock, agents],
    ['contacts-list', contactsList.contactsList, agents],
    ['contacts-tag', contactsTag.contactsTag, agents],
    ['contacts-export', contactsExport.contactsExport, supervisors],
    ['attributes-define', attributesDefine.attributesDefine, supervisors],
    ['attributes-list', attributesList.attributesList, agents],
    ['segments-save', segmentsSave.segmentsSave, supervisors],
    ['segments-delete', segmentsDelete.segmentsDelete, supervisors],
    ['segments-list', segmentsList.segmentsList, agents],
    ['segments-count', segmentsCount.segmentsCount, supervisors],
    ['channels-connect', connect.channelsConnect, ['admin']],
    ['channels-pause', pause.channelsPause, supervisors],
    ['channels-resume', resume.channelsResume, supervisors],
    ['templates-sync', sync.templatesSync, supervisors],
    ['team-invite', invite.teamInvite, ['admin']],
    ['team-changeRole', changeRole.teamChangeRole, ['admin']],
    ['team-deactivate', deactivate.teamDeactivate, ['admin']],
    ['deadLetters-list', list.deadLettersList, ['admin']],
    ['deadLetters-replay', replay.deadLettersReplay, ['admin']],
  ])('%s', async (_, callable, allowed) => {
    // Input that fits no schema: whoever may call gets as far as that.
    const nonsense = { nonsense: true };
    for (const role of ROLES) {
      const code = await codeOf(call(callable, nonsense, as(role)));
      expect([role, code]).toEqual([
        role,
        allowed.includes(role) ? 'invalid-argument' : 'permission-denied',
      ]);
    }
    expect(await codeOf(call(callable, nonsense, null))).toBe('unauthenticated');
    expect(await codeOf(call(callable, nonsense, { uid: 'admin' }))).toBe('permission-denied');
    expect(await codeOf(call(callable, nonsense, { uid: 'stranger', role: 'admin' }))).toBe(
      'permission-denied',
    );
    expect(await codeOf(call(callable, nonsense, { uid: 'gone', role: 'admin' }))).toBe(
      'permission-denied',
    );
    expect(await codeOf(call(callable, nonsense, { uid: 'agent', role: 'admin' }))).toBe(
      'permission-denied',
    );
  });

  it('nobody without App Check, where it is enforced', async () => {
    process.env['ENFORCE_APP_CHECK'] = 'true';
    try {
      expect(await codeOf(call(list.deadLettersList, {}, admin))).toBe('unauthenticated');
    } finally {
      process.env['ENFORCE_APP_CHECK'] = 'false';
    }
    expect(await codeOf(call(list.deadLettersList, {}, admin))).toBe('ok');
  });
});

describe('work on a conversation', () => {
  const deeds = async () =>
    (
      await db()
        .collection('auditLog')
        .where('target', '==', `conversations/${conversationId}`)
        .get()
    ).docs.map((doc) => doc.get('action') as string);

  it('is recorded in the audit log, once, in the same commit', async () => {
    const until = Date.now() + 86_400_000;
    for (const times of [1, 2]) {
      await call(assign.conversationsAssign, { conversationId, assigneeId: 'agent' }, as('agent'));
      await call(
        setStatus.conversationsSetStatus,
        { conversationId, status: 'snoozed', until },
        as('agent'),
      );
      await call(label.conversationsLabel, { conversationId, add: ['vip'] }, as('agent'));
      await call(
        addNote.conversationsAddNote,
        { conversationId, idempotencyKey: 'note-0001', text: 'called' },
        as('agent'),
      );
      expect([times, (await deeds()).sort()]).toEqual([
        times,
        [
          'conversations.addNote',
          'conversations.assign',
          'conversations.label',
          'conversations.setStatus',
        ],
      ]);
    }
    expect(await conversationAt(conversationId)).toMatchObject({
      assigneeId: 'agent',
      participants: ['agent'],
      status: 'snoozed',
      labels: ['vip'],
    });
  });

  it('that is snoozed opens again at its time, once, although schedules overlap', async () => {
    expect(await wakeSnoozed()).toBe(0);
    const restoreClock = setClock(() => Date.now() + 2 * 86_400_000);
    const woken = await Promise.all([wakeSnoozed(), wakeSnoozed(), wakeSnoozed()]);
    restoreClock();
    expect(woken.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await conversationAt(conversationId)).toMatchObject({
      status: 'open',
      snoozedUntil: null,
    });
  });

  it('of somebody else is as if there were none', async () => {
    await db().doc('users/agent2').set(user('agent'));
    const other = { uid: 'agent2', role: 'agent' };
    expect(
      await codeOf(call(label.conversationsLabel, { conversationId, add: ['x'] }, other)),
    ).toBe('not-found');
    expect(
      await codeOf(call(label.conversationsLabel, { conversationId: 'no_one', add: ['x'] }, other)),
    ).toBe('not-found');
  });

  it('can only be given to somebody who can do it', async () => {
    for (const assigneeId of ['viewer', 'gone', 'stranger']) {
      expect(
        await codeOf(call(assign.conversationsAssign, { conversationId, assigneeId }, admin)),
      ).toBe('failed-precondition');
    }
  });

  it('marks as read here and at WhatsApp', async () => {
    await call(markRead.conversationsMarkRead, { conversationId }, as('agent'));
    expect((await conversationAt(conversationId))?.unreadCount).toBe(0);
  });
});

describe('the team', () => {
  it('invites, changes a role and deactivates; claims follow', async () => {
    const { getAuth } = await import('firebase-admin/auth');
    const invited = await call(
      invite.teamInvite,
      { email: 'Eva@Example.com', name: 'Eva', role: 'agent' },
      admin,
    );
    const uid = invited['userId'] as string;
    expect(invited['passwordLink']).toContain('http');
    const account = async () => getAuth().getUser(uid);
    expect((await account()).customClaims).toEqual({ role: 'agent' });
    expect(
      await codeOf(
        call(invite.teamInvite, { email: 'eva@example.com', name: 'Eva', role: 'viewer' }, admin),
      ),
    ).toBe('already-exists');

    await call(changeRole.teamChangeRole, { userId: uid, role: 'supervisor' }, admin);
    expect((await account()).customClaims).toEqual({ role: 'supervisor' });
    const before = (await account()).tokensValidAfterTime;

    await call(deactivate.teamDeactivate, { userId: uid }, admin);
    expect(await account()).toMatchObject({ disabled: true, customClaims: { role: null } });
    expect((await account()).tokensValidAfterTime).toBeDefined();
    expect(before).toBeDefined();
    clearCaches();
    expect(await codeOf(call(list.deadLettersList, {}, { uid, role: 'supervisor' }))).toBe(
      'permission-denied',
    );
    // The trigger comes late, twice: nothing changes.
    await syncClaims(uid);
    expect(await account()).toMatchObject({ disabled: true });
  });

  it('keeps its last admin', async () => {
    expect(
      await codeOf(call(changeRole.teamChangeRole, { userId: 'admin', role: 'agent' }, admin)),
    ).toBe('failed-precondition');
    expect(await codeOf(call(deactivate.teamDeactivate, { userId: 'admin' }, admin))).toBe(
      'failed-precondition',
    );
  });
});

describe('dead letters', () => {
  it('are listed by pages and replayed once', async () => {
    for (const n of [1, 2, 3]) await receiveWebhook(`not JSON ${n}`);
    const first = await call(list.deadLettersList, { limit: 2 }, admin);
    expect(first['deadLetters']).toHaveLength(2);
    const second = await call(
      list.deadLettersList,
      { limit: 2, cursor: first['nextCursor'] },
      admin,
    );
    expect(second['deadLetters']).toHaveLength(1);
    expect(second['nextCursor']).toBeNull();
    expect(await codeOf(call(list.deadLettersList, { cursor: 'x' }, admin))).toBe(
      'invalid-argument',
    );
  });

  it('that are understood now are processed', async () => {
    // As an earlier version, which did not know the kind, would have kept it.
    const raw = messagesBody([
      { from: { phone: '34600999888' }, message: textMessage('wamid.dead') },
    ]);
    await db()
      .doc('deadLetters/old')
      .set({
        kind: 'webhook',
        reason: 'x',
        raw: raw.slice(0, 50),
        parts: 1,
        source: null,
        status: 'open',
        createdAt: 1,
        replayedAt: null,
      });
    await db()
      .doc('deadLetters/old/parts/0')
      .set({ raw: raw.slice(50) });
    const letters = (await allDeadLetters()).map(({ id }) => id);
    const { results } = await call(
      replay.deadLettersReplay,
      { ids: [...letters, 'nothing'] },
      admin,
    );
    expect(results).toEqual(
      [...letters, 'nothing'].map((id) => ({
        id,
        result: id === 'old' ? 'replayed' : id === 'nothing' ? 'not-found' : 'still-dead',
      })),
    );
    const again = await call(replay.deadLettersReplay, { ids: ['old'] }, admin);
    expect(again['results']).toEqual([{ id: 'old', result: 'already-replayed' }]);
    expect(await conversationAt(conversationOf('34600999888'))).toMatchObject({ unreadCount: 1 });
  });
});

describe('a channel', () => {
  it('is connected when the token may use it', async () => {
    expect(await call(connect.channelsConnect, { channelId: CHANNEL }, admin)).toMatchObject({
      displayPhoneNumber: expect.any(String) as string,
    });
    expect(await codeOf(call(connect.channelsConnect, { channelId: '999' }, admin))).toBe(
      'failed-precondition',
    );
  });

  it('is paused and resumed', async () => {
    await call(pause.channelsPause, { channelId: CHANNEL, reason: 'audit' }, as('supervisor'));
    expect((await db().doc(`channels/${CHANNEL}`).get()).get('paused')).toMatchObject({
      reason: 'audit',
    });
    expect(await call(resume.channelsResume, { channelId: CHANNEL }, as('supervisor'))).toEqual({
      channelId: CHANNEL,
      released: 0,
    });
    expect((await db().doc(`channels/${CHANNEL}`).get()).get('paused')).toBeNull();
  });
});
