import { beforeAll, describe, expect, it } from 'vitest';
import { cloneCampaign } from '../../src/campaigns/clone';
import { expand } from '../../src/campaigns/expand';
import { launch } from '../../src/campaigns/launch';
import { preflight } from '../../src/campaigns/preflight';
import { countSegmentInput, saveSegmentInput, type ContactFilter } from '../../src/contacts/schema';
import {
  countSegment,
  deleteSegment,
  forgetCounts,
  listSegments,
  saveSegment,
} from '../../src/contacts/segments';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { resetLifecycle, shutDown } from '../../src/platform/lifecycle';
import { codeOf } from '../support/calling';
import {
  campaignAt,
  draft,
  phoneOf,
  putTemplate,
  storeContact,
  storeContacts,
} from '../support/campaigns';
import { deeds, LEAD, listed, twice } from '../support/contacts';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';
import { connectChannel } from '../support/stored';

useProject('contacts-segments');

beforeAll(async () => {
  await connectChannel();
  await putTemplate(await useSimulator(''));
  await storeContacts(2_500, (n) => ({
    tags: ['all', ...(n % 2 ? ['odd'] : []), ...(n % 5 ? [] : ['fifth'])],
    attributes: { city: n % 4 ? 'Porto' : 'Madrid', points: n % 10 },
    isActive: n % 100 !== 0,
    isBlocked: n % 500 === 1,
    userId: n < 50 ? 'agent' : null,
  }));
});

const count = (filter: ContactFilter) => countSegment(countSegmentInput.parse({ filter }));
const save = (segmentId: string, filter: object, name = segmentId) =>
  saveSegment(LEAD, saveSegmentInput.parse({ segmentId, name, filter }));

describe('the count of a filter', () => {
  it.each<[string, ContactFilter, number]>([
    ['everybody', {}, 2_500],
    ['a tag', { anyTag: ['odd'] }, 1_250],
    ['one of some tags', { anyTag: ['odd', 'fifth', 'gone'] }, 1_500],
    ['all tags', { allTags: ['all', 'odd', 'fifth'] }, 250],
    ['an attribute', { attributes: { city: ['Madrid'] } }, 625],
    ['values of some attributes', { attributes: { city: ['Porto'], points: [0, 5, 9] } }, 625],
    ['state and owner', { isActive: true, userId: 'agent' }, 49],
    ['not blocked', { isBlocked: false }, 2_495],
    [
      'all of that',
      { anyTag: ['fifth'], allTags: ['odd'], attributes: { city: ['Porto'] }, isBlocked: false },
      250,
    ],
  ])('%s', async (_, filter, expected) => {
    expect(await count(filter)).toEqual({ count: expected, isExact: true });
  });

  it('is half a minute old at most, and costs a read for every 1,000', async () => {
    const filter = { allTags: ['all', 'odd'] };
    let time = Date.now();
    const restore = setClock(() => time);
    expect((await billOf(() => count(filter))).reads).toBe(2);
    await storeContact(phoneOf(9_000), { tags: ['all', 'odd'] });
    expect((await billOf(() => count(filter))).reads).toBe(0);
    time += 30_000;
    expect((await count(filter)).count).toBe(1_251);
    await storeContact(phoneOf(9_000), { tags: [] });
    // As jobs that change many do when they are done.
    await forgetCounts();
    expect((await count(filter)).count).toBe(1_250);
    restore();
  });

  it('is said to be an upper bound where only a look tells', async () => {
    expect(await count({ anyTag: ['odd'], seenSince: 1 })).toEqual({
      count: 1_250,
      isExact: false,
    });
    const anyTag = ['odd', ...Array.from({ length: 20 }, (_, n) => `t${n}`)];
    expect(await count({ anyTag, attributes: { city: ['Madrid', 'Nice'] } })).toEqual({
      count: 625,
      isExact: false,
    });
  });
});

describe('a segment', () => {
  it('is saved once, changed, listed, counted, deleted', async () => {
    await twice(() => save('segment-1', { anyTag: ['odd'] }, 'Odd ones'));
    await save('segment-1', { anyTag: ['fifth'] }, 'Fifth ones');
    const { segments } = await listSegments({ limit: 10 });
    expect(segments).toMatchObject([
      { segmentId: 'segment-1', name: 'Fifth ones', filter: { anyTag: ['fifth'] } },
    ]);
    expect(await countSegment({ segmentId: 'segment-1' })).toEqual({ count: 500, isExact: true });
    expect(await listed({ segmentId: 'segment-1', limit: 100 })).toHaveLength(500);
    await twice(() => deleteSegment(LEAD, { segmentId: 'segment-1' }));
    expect(await codeOf(countSegment({ segmentId: 'segment-1' }))).toBe('not-found');
    expect(await deeds('segments/segment-1')).toEqual({
      'segments.save': 2,
      'segments.delete': 1,
    });
  });

  it('shows its size in lists, written behind, of the filter that was counted', async () => {
    await save('segment-sized', { anyTag: ['fifth'] });
    await save('segment-changed', { anyTag: ['fifth'] });
    await save('segment-gone', { anyTag: ['fifth'] });
    const noted = await billOf(async () => {
      for (const segmentId of ['segment-sized', 'segment-sized', 'segment-changed', 'segment-gone'])
        await countSegment({ segmentId });
    });
    expect(noted.writes).toBe(0);
    await save('segment-changed', { anyTag: ['odd'] });
    await deleteSegment(LEAD, { segmentId: 'segment-gone' });
    await shutDown();
    const { segments } = await listSegments({ limit: 100 });
    const sizes = new Map(segments.map(({ segmentId, size }) => [segmentId, size]));
    expect(sizes.get('segment-sized')).toMatchObject({ count: 500, isExact: true });
    expect(sizes.get('segment-changed')).toBeUndefined();
    expect(sizes.has('segment-gone')).toBe(false);
    for (const segmentId of ['segment-sized', 'segment-changed'])
      await deleteSegment(LEAD, { segmentId });
    resetLifecycle();
  });

  it('lists by name, with a cursor', async () => {
    await save('segment-b', {}, 'Beta');
    await save('segment-a', {}, 'Alpha');
    const first = await listSegments({ limit: 1 });
    expect(first.segments.map(({ name }) => name)).toEqual(['Alpha']);
    const second = await listSegments({ limit: 1, cursor: first.cursor });
    expect(second.segments.map(({ name }) => name)).toEqual(['Beta']);
  });
});

describe('a campaign for a segment', () => {
  const audience = (segmentId: string) => ({ audience: { kind: 'contacts', segmentId } });

  it('is for whom the segment has at launch, and remembers the filter', async () => {
    await save('launched-1', { anyTag: ['nobody'] });
    await draft('for-segment-1', audience('launched-1'));
    expect(await campaignAt('for-segment-1')).toMatchObject({
      audience: { kind: 'segment', segmentId: 'launched-1' },
    });
    await save('launched-1', { allTags: ['odd', 'fifth'] });
    expect(await preflight({ campaignId: 'for-segment-1' })).toMatchObject({ recipients: 250 });
    await launch(LEAD, 'for-segment-1');
    // From here on it may change, or go.
    await save('launched-1', {});
    await deleteSegment(LEAD, { segmentId: 'launched-1' });
    await expand('for-segment-1');
    expect(await campaignAt('for-segment-1')).toMatchObject({
      audience: {
        kind: 'contacts',
        segmentId: 'launched-1',
        filter: { allTags: ['odd', 'fifth'] },
      },
      totals: { recipients: 250 },
    });
    expect((await campaignAt('for-segment-1')).excluded).toEqual({});
  });

  it('leaves out who is blocked', async () => {
    await draft('for-blocked-1', {
      audience: { kind: 'contacts', filter: { attributes: { points: [1] } } },
    });
    await launch(LEAD, 'for-blocked-1');
    await expand('for-blocked-1');
    expect(await campaignAt('for-blocked-1')).toMatchObject({
      totals: { recipients: 245 },
      excluded: { blocked: 5 },
    });
  });

  it('reads those whom the query finds, and nobody else', async () => {
    await draft('few-reads-1', {
      audience: { kind: 'contacts', filter: { allTags: ['odd', 'fifth'], userId: 'agent' } },
    });
    await launch(LEAD, 'few-reads-1');
    const before = await billOf(() => expand('few-reads-1'));
    expect((await campaignAt('few-reads-1')).totals.recipients).toBe(5);
    expect(before.reads).toBeLessThan(20);
  });

  it('that is not there cannot be defined, nor launched', async () => {
    expect(await codeOf(draft('no-segment-1', audience('never-was')))).toBe('not-found');
    await save('gone-later', {});
    await draft('no-segment-2', audience('gone-later'));
    await deleteSegment(LEAD, { segmentId: 'gone-later' });
    expect(await codeOf(launch(LEAD, 'no-segment-2'))).toBe('not-found');
    expect((await campaignAt('no-segment-2')).status).toBe('draft');
  });

  it('cloned is for the segment again, as it is then', async () => {
    await save('cloned-1', { anyTag: ['odd'] });
    await draft('clone-source-1', audience('cloned-1'));
    await launch(LEAD, 'clone-source-1');
    await cloneCampaign(LEAD, { campaignId: 'clone-copy-1', from: 'clone-source-1' });
    expect((await db().doc('campaigns/clone-copy-1').get()).get('audience')).toEqual({
      kind: 'segment',
      segmentId: 'cloned-1',
    });
  });
});
