import { beforeAll, describe, expect, it } from 'vitest';
import { listContacts } from '../../src/contacts/list';
import { listContactsInput } from '../../src/contacts/schema';
import { clearCaches } from '../../src/platform/cache';
import { receiveWebhook } from '../../src/webhooks/receive';
import { codeOf, storeTeam } from '../support/calling';
import { phoneOf, storeContact, storeContacts } from '../support/campaigns';
import { AGENT, LEAD, listed, made } from '../support/contacts';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { connectChannel } from '../support/stored';
import { messagesBody, textMessage } from '../support/webhooks';

useProject('contacts-list');

/** Beside those who are looked for. */
const OTHERS = 1_000;
beforeAll(async () => {
  await connectChannel();
  await storeTeam();
  await storeContacts(OTHERS, (n) => ({
    name: `${n % 2 ? 'García' : 'Pérez'} ${n}`,
    tags: n % 10 === 0 ? ['tenth'] : [],
    attributes: { city: n % 4 === 0 ? 'Madrid' : 'Porto' },
  }));
  const store = (n: number, name: string | null, fields: object = {}) =>
    storeContact(phoneOf(n), { name, tags: [], ...fields });
  await store(5_001, 'Águeda García', { tags: ['vip', 'new'], userId: 'agent' });
  await store(5_002, 'agueda lopez', { tags: ['vip'], userId: 'colleague' });
  await store(5_003, 'Zoe Águeda', { tags: ['vip', 'new'], isActive: false, userId: 'agent' });
  await store(5_004, null, { tags: ['vip'], userId: 'agent' });
  clearCaches();
});

const namesOf = async (asked: Record<string, unknown>, member = LEAD) =>
  (await listed(asked, member)).map(({ name }) => name);
const bill = (asked: Record<string, unknown>, member = LEAD) =>
  billOf(() => listContacts(member, listContactsInput.parse(asked)));

describe('a text', () => {
  it.each<[string, (string | null)[]]>([
    ['agueda', ['Zoe Águeda', 'agueda lopez', 'Águeda García']],
    ['ÁGUE', ['Zoe Águeda', 'agueda lopez', 'Águeda García']],
    ['garcía agu', ['Águeda García']],
    ['agueda pérez', []],
    [phoneOf(5_002), ['agueda lopez']],
    [phoneOf(5_002).slice(3), ['agueda lopez']],
    ['5002', ['agueda lopez']],
    ['005004', [null]],
    ['98765', []],
  ])('%s', async (text, names) => {
    expect((await namesOf({ text })).sort()).toEqual(names.sort());
  });

  it('costs a read a result, however many there are of each word', async () => {
    expect(await bill({ text: 'agueda garcia' })).toMatchObject({ reads: 1, roundTrips: 1 });
    expect(await bill({ text: 'agueda' })).toMatchObject({ reads: 3, roundTrips: 1 });
    expect(await bill({ text: 'garcia', limit: 20 })).toMatchObject({ reads: 20, roundTrips: 1 });
    // One for a query that finds nothing.
    expect(await bill({ text: 'agueda perez' })).toMatchObject({ reads: 1, roundTrips: 1 });
  });

  it('goes on with its cursor, each once', async () => {
    const found = await listed({ text: 'garcia', limit: 100 });
    expect(new Set(found.map(({ contactId }) => contactId)).size).toBe(OTHERS / 2 + 1);
    expect(found).toHaveLength(OTHERS / 2 + 1);
  });

  it('of signs alone is an error', async () => {
    expect(await codeOf(namesOf({ text: '??' }))).toBe('invalid-argument');
  });
});

describe('a filter', () => {
  it.each<[string, object, (string | null)[]]>([
    ['tag, by name', { anyTag: ['vip'] }, [null, 'Águeda García', 'agueda lopez', 'Zoe Águeda']],
    ['two tags', { allTags: ['vip', 'new'] }, ['Águeda García', 'Zoe Águeda']],
    ['owner and state', { userId: 'agent', isActive: false }, ['Zoe Águeda']],
    ['what is not there', { anyTag: ['gone'] }, []],
  ])('%s', async (_, filter, names) => {
    const found = await namesOf({ filter });
    expect('allTags' in filter ? found.sort() : found).toEqual(
      'allTags' in filter ? names.sort() : names,
    );
  });

  it('and a text together cost a read a result', async () => {
    const asked = { text: 'agueda', filter: { allTags: ['vip', 'new'], isActive: true } };
    expect(await namesOf(asked)).toEqual(['Águeda García']);
    expect(await bill(asked)).toMatchObject({ reads: 1, roundTrips: 1 });
    const mixed = { filter: { attributes: { city: ['Madrid'] }, allTags: ['tenth'] }, limit: 10 };
    expect(await bill(mixed)).toMatchObject({ reads: 10, roundTrips: 1 });
  });

  it('lists everybody by name, in pages', async () => {
    const page = await listContacts(LEAD, listContactsInput.parse({ limit: 3 }));
    // A number comes before letters.
    expect(page.contacts.map(({ name }) => name)).toEqual([null, 'Águeda García', 'agueda lopez']);
    expect(await listed({ limit: 100 })).toHaveLength(OTHERS + 4);
  });

  it('by when they last wrote is for campaigns', async () => {
    expect(await codeOf(namesOf({ filter: { seenSince: 1 } }))).toBe('invalid-argument');
  });
});

describe('what a query cannot decide', () => {
  const many = Array.from({ length: 30 }, (_, n) => `tag${n}`);
  const filter = { anyTag: [...many.slice(1), 'vip'], attributes: { city: ['Faro', 'Nice'] } };

  it('is looked at, no further than a bound, and the cursor goes on', async () => {
    const last = { city: 'Faro' };
    await storeContact(phoneOf(6_000), { name: 'Last', tags: ['vip'], attributes: last });
    expect(await namesOf({ filter })).toEqual(['Last']);

    const wide = { ...filter, attributes: { city: ['Porto', 'Nice'] } };
    const found = await bill({ filter: wide, limit: 100 });
    expect(found.reads).toBeLessThanOrEqual(600);
    expect((await listContacts(LEAD, listContactsInput.parse({ filter: wide }))).cursor).toEqual(
      expect.any(String),
    );
  });
});

describe('agents', () => {
  it('find what they own', async () => {
    expect(await namesOf({}, AGENT)).toEqual([null, 'Águeda García', 'Zoe Águeda']);
    expect((await namesOf({ text: 'agueda' }, AGENT)).sort()).toEqual([
      'Zoe Águeda',
      'Águeda García',
    ]);
    expect(await bill({ text: 'agueda' }, AGENT)).toMatchObject({ reads: 2 });
  });

  it('cannot ask for what others own', async () => {
    expect(await codeOf(namesOf({ filter: { userId: 'colleague' } }, AGENT))).toBe(
      'permission-denied',
    );
  });
});

describe('a name of WhatsApp', () => {
  const receive = (phone: string, name: string) =>
    receiveWebhook(
      messagesBody([{ from: { phone, name }, message: textMessage(`wamid.${phone}.${name}`) }]),
    );

  it('is found when its owner first wrote', async () => {
    await receive('34699000001', 'Xenia Writes');
    expect(await namesOf({ text: 'xen wri' })).toEqual(['Xenia Writes']);
  });

  it('is taken for a contact that has none, and leaves the name that the team gave', async () => {
    await made({ phone: '+34699000002' });
    await made({ phone: '+34699000003', name: 'Given' });
    await receive('34699000002', 'Yara Profile');
    await receive('34699000003', 'Yara Other');
    expect(await namesOf({ text: 'yara' })).toEqual(['Yara Profile']);
    expect(await namesOf({ text: 'given' })).toEqual(['Given']);
  });
});
