import { beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../../src/campaigns/launch';
import { createDraft, updateDraft } from '../../src/campaigns/define';
import { expand } from '../../src/campaigns/expand';
import { createInput, updateInput } from '../../src/campaigns/schema';
import { campaignsClone } from '../../src/entry/callables/campaignsClone';
import { campaignsCreate } from '../../src/entry/callables/campaignsCreate';
import { campaignsUpdate } from '../../src/entry/callables/campaignsUpdate';
import { db } from '../../src/platform/firestore';
import { as, call, storeTeam } from '../support/calling';
import {
  campaignAt,
  chunksAt,
  definition,
  phoneOf,
  putTemplate,
  setCampaign,
  SUPERVISOR,
} from '../support/campaigns';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';
import { connectChannel } from '../support/stored';

useProject('campaign-define');
beforeAll(async () => {
  await connectChannel();
  await storeTeam();
  await putTemplate(await useSimulator(''));
});

const numbers = (...list: string[]) => ({ audience: { kind: 'numbers', numbers: list } });
const create = (input: object) => call(campaignsCreate, input, as('supervisor'));
const update = (input: object) => call(campaignsUpdate, input, as('supervisor'));
const clone = (input: object) => call(campaignsClone, input, as('supervisor'));

/** Whom a campaign would be sent to: it is launched and expanded. */
async function phonesOf(campaignId: string): Promise<string[]> {
  await launch(SUPERVISOR, campaignId);
  await expand(campaignId);
  const recipients = (await chunksAt(campaignId)).flatMap((chunk) =>
    Object.values(chunk.recipients),
  );
  return recipients.map(({ phone }) => phone ?? '').sort();
}

async function deedsOn(campaignId: string): Promise<string[]> {
  const { docs } = await db()
    .collection('auditLog')
    .where('target', '==', `campaigns/${campaignId}`)
    .get();
  return docs.map((doc) => `${doc.get('userId') as string}: ${doc.get('action') as string}`).sort();
}

describe('creating', () => {
  it('makes a draft, and twice with the same id makes one', async () => {
    const input = definition('create-1', numbers('+34 611 000 001', 'x', '34611000001'));
    const first = await create(input);
    expect(first).toEqual({
      campaignId: 'create-1',
      audience: expect.objectContaining({
        kind: 'list',
        rows: 1,
        columns: [],
        invalid: 1,
        duplicates: 1,
        examples: [{ line: 2, value: 'x', reason: 'invalid-number' }],
      }) as object,
    });
    expect(await create(input)).toEqual(first);
    expect(await campaignAt('create-1')).toMatchObject({ status: 'draft', isOpen: false });
    expect(await deedsOn('create-1')).toEqual(['supervisor: campaigns.create']);
  });

  it('something else with the same id is refused, and the first one keeps its list', async () => {
    await create(definition('create-2', numbers(phoneOf(1), phoneOf(2))));
    await expect(create(definition('create-2', numbers(phoneOf(3))))).rejects.toMatchObject({
      code: 'already-exists',
      details: { reason: 'id-reused', field: 'campaignId' },
    });
    expect(await phonesOf('create-2')).toEqual([phoneOf(1), phoneOf(2)]);
  });

  it('that is repeated late does not bring back what an update replaced', async () => {
    const input = definition('create-3', numbers(phoneOf(1), phoneOf(2)));
    await create(input);
    await update({ campaignId: 'create-3', ...numbers(phoneOf(3)) });
    await create(input);
    expect(await phonesOf('create-3')).toEqual([phoneOf(3)]);
  });

  it('at once, twenty times, creates once', async () => {
    const input = definition('create-4', numbers(phoneOf(1)));
    const all = await Promise.all(Array.from({ length: 20 }, () => create(input)));
    expect(new Set(all.map(({ campaignId }) => campaignId))).toEqual(new Set(['create-4']));
    expect(await deedsOn('create-4')).toEqual(['supervisor: campaigns.create']);
  });
});

describe('what is wrong with the input is said', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['an id that is none', { campaignId: 'x' }, { field: 'campaignId' }],
    ['a list without a number', numbers('x', 'y'), { reason: 'empty-list', field: 'audience' }],
    [
      'a CSV without a column of numbers',
      { audience: { kind: 'csv', csv: 'name,city\nAna,Madrid\n' } },
      { reason: 'no-phone-column', field: 'audience.csv' },
    ],
    [
      'a column that is not there',
      { audience: { kind: 'csv', csv: 'phone\n+34611000001\n', phoneColumn: 'tel' } },
      { reason: 'unknown-column', field: 'audience.phoneColumn' },
    ],
    [
      'an audience of no known kind',
      { audience: { kind: 'everybody' } },
      { field: 'audience.kind' },
    ],
    [
      'a placeholder that no template can have',
      {
        variants: [
          {
            template: { name: 'spring', language: 'es' },
            variables: { footer: { fixed: 'x' } },
          },
        ],
      },
      { field: expect.stringContaining('variants') as string },
    ],
    ['a test of one template', { abTest: { share: 0.1, metric: 'read', waitMinutes: 60 } }, {}],
    [
      'two times to send at',
      { schedule: { at: 1, local: { date: '2026-12-24', time: '09:00' } } },
      { field: 'schedule.at' },
    ],
    ['a zone of no earthly place', { schedule: { timeZone: 'Mars/Base' } }, {}],
    [
      'an excluded number that is none',
      { exclude: { numbers: ['hello'] } },
      { reason: 'invalid-number', field: 'exclude.numbers' },
    ],
    [
      'an excluded campaign that does not exist',
      { exclude: { campaignIds: ['no-such-campaign'] } },
      { reason: 'unknown-campaign', field: 'exclude.campaignIds' },
    ],
    [
      'the outcome of a campaign that does not exist',
      { audience: { kind: 'campaign', campaignId: 'no-such-campaign', outcome: 'read' } },
      { reason: 'unknown-campaign', field: 'audience.campaignId' },
    ],
  ])('%s', async (_, fields, details) => {
    await expect(create(definition('wrong-01', fields))).rejects.toMatchObject({
      code: 'invalid-argument',
      details,
    });
    expect(await campaignAt('wrong-01')).toBeUndefined();
  });
});

describe('updating', () => {
  it('changes what is given of a draft, and is in the audit log', async () => {
    await create(definition('update-1'));
    await update({ campaignId: 'update-1', name: 'Summer', schedule: { timeZone: 'Asia/Tokyo' } });
    expect(await campaignAt('update-1')).toMatchObject({
      name: 'Summer',
      schedule: { timeZone: 'Asia/Tokyo' },
      audience: { kind: 'contacts', filter: { anyTag: ['spring'] } },
    });
    expect(await deedsOn('update-1')).toEqual([
      'supervisor: campaigns.create',
      'supervisor: campaigns.update',
    ]);
  });

  it.each(['scheduled', 'running', 'paused', 'completed', 'cancelled'] as const)(
    'is refused when it is %s',
    async (status) => {
      const campaignId = `update-${status}`;
      await create(definition(campaignId));
      await setCampaign(campaignId, { status });
      await expect(update({ campaignId, name: 'Summer' })).rejects.toMatchObject({
        code: 'failed-precondition',
        details: { reason: 'not-a-draft' },
      });
    },
  );

  it('at once with the launch: it is launched with the old list, or with the new one', async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      const campaignId = `update-launch-${n}`;
      await createDraft(SUPERVISOR, createInput.parse(definition(campaignId, numbers(phoneOf(1)))));
      const change = updateInput.parse({ campaignId, ...numbers(phoneOf(2), phoneOf(3)) });
      const [changed] = await Promise.allSettled([
        updateDraft(SUPERVISOR, change),
        launch(SUPERVISOR, campaignId),
      ]);
      const isNew = changed.status === 'fulfilled';
      expect(await phonesOf(campaignId)).toEqual(isNew ? [phoneOf(2), phoneOf(3)] : [phoneOf(1)]);
    }
  });
});

describe('cloning', () => {
  it('copies the definition with its list, but for the time to send at', async () => {
    const at = Date.now() + 3_600_000;
    const csv = `phone,city\n${phoneOf(1)},Madrid\n${phoneOf(2)},Sevilla\n`;
    await create(
      definition('clone-source', {
        audience: { kind: 'csv', csv },
        variants: [
          {
            template: { name: 'spring', language: 'es' },
            variables: { 'body.1': { column: 'city' } },
          },
        ],
        schedule: { at, timeZone: 'Europe/Madrid', quietHours: { from: '21:00', to: '09:00' } },
        exclude: { tags: ['vip'] },
      }),
    );
    const input = { campaignId: 'clone-copy', from: 'clone-source', name: 'Again' };
    await clone(input);
    await clone(input);
    expect(await campaignAt('clone-copy')).toMatchObject({
      name: 'Again',
      status: 'draft',
      exclude: { tags: ['vip'] },
    });
    expect((await campaignAt('clone-copy')).schedule).toEqual({
      timeZone: 'Europe/Madrid',
      quietHours: { from: '21:00', to: '09:00' },
    });

    // What becomes of the one does not touch the other.
    await update({ campaignId: 'clone-source', ...numbers(phoneOf(9)), variants: undefined });
    await update({ campaignId: 'clone-copy', schedule: {} });
    expect(await phonesOf('clone-copy')).toEqual([phoneOf(1), phoneOf(2)]);
    const [chunk] = await chunksAt('clone-copy');
    expect(Object.values(chunk?.recipients ?? {}).map(({ values }) => values)).toEqual([
      { 0: ['Madrid'] },
      { 0: ['Sevilla'] },
    ]);
  });

  it('of what does not exist is refused', async () => {
    await expect(
      clone({ campaignId: 'clone-none', from: 'no-such-campaign' }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
