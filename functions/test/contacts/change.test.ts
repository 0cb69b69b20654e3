import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineAttribute, listAttributes } from '../../src/contacts/attributes';
import { createContact } from '../../src/contacts/create';
import { resolveContact } from '../../src/contacts/identify';
import {
  createContactInput,
  defineAttributeInput,
  updateContactInput,
} from '../../src/contacts/schema';
import { searchFields } from '../../src/contacts/search';
import { updateContact } from '../../src/contacts/update';
import { clearCaches } from '../../src/platform/cache';
import { db } from '../../src/platform/firestore';
import { codeOf, storeTeam, user } from '../support/calling';
import { AGENT, contactAt, deeds, LEAD, made, twice } from '../support/contacts';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';

useProject('contacts-change');

beforeAll(async () => {
  await storeTeam();
  await db()
    .doc('users/gone')
    .set(user('agent', { isActive: false }));
  for (const [name, type] of [
    ['city', 'text'],
    ['points', 'number'],
  ] as const) {
    await defineAttribute(LEAD, { name, type });
  }
});

let numbers = 34_622_000_000;
let phone = '';
beforeEach(() => {
  phone = `+${numbers++}`;
});

const update = (contactId: string, fields: object, member = LEAD) =>
  updateContact(member, updateContactInput.parse({ contactId, ...fields }));
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error as { code: string; details: Record<string, unknown> },
  );

describe('making a contact', () => {
  it('makes its aliases too: a message over either is theirs', async () => {
    const id = await made({ phone, bsuid: `ES.${numbers}`, name: 'Ana', tags: ['vip', 'vip'] });
    expect(await contactAt(id)).toMatchObject({
      ...{ name: 'Ana', phone, tags: ['vip'], userId: null, isActive: true, isBlocked: false },
    });
    expect(await resolveContact({ phone })).toMatchObject({ contactId: id, isNew: false });
    expect(await resolveContact({ bsuid: `ES.${numbers}` })).toMatchObject({ contactId: id });
    expect(await deeds(`contacts/${id}`)).toEqual({ 'contacts.create': 1 });
  });

  it('again with the same key is the same; with another one it tells which it is', async () => {
    const input = createContactInput.parse({ idempotencyKey: 'key-of-client', phone });
    const first = await createContact(LEAD, input);
    expect(await createContact(LEAD, input)).toEqual(first);
    expect(await deeds(`contacts/${first.contactId}`)).toEqual({ 'contacts.create': 1 });
    const again = await errorOf(made({ phone: phone.replace('+', '00') }));
    expect(again).toMatchObject({
      code: 'already-exists',
      details: { reason: 'contact-exists', contactId: first.contactId },
    });
  });

  it('at once makes one', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => codeOf(made({ phone }))));
    expect(results.sort()).toEqual([...Array.from({ length: 4 }, () => 'already-exists'), 'ok']);
  });

  it.each<[string, object, string]>([
    ['no number', { phone: '12' + '3' + 'xx' }, 'invalid-argument'],
    ['an attribute that nobody defined', { attributes: { height: 5 } }, 'invalid-argument'],
    ['a value of another type', { attributes: { points: '5' } }, 'invalid-argument'],
    ['an owner who is gone', { userId: 'gone' }, 'failed-precondition'],
    ['an owner who writes with nobody', { userId: 'viewer' }, 'failed-precondition'],
  ])('with %s is refused', async (_, fields, code) => {
    expect(await codeOf(made({ phone, ...fields }))).toBe(code);
  });

  it('takes a number or a BSUID', () => {
    expect(createContactInput.safeParse({ idempotencyKey: 'a-key-12' }).success).toBe(false);
  });

  it('by an agent makes it theirs, and nobody else’s', async () => {
    expect(await contactAt(await made({ phone }, AGENT))).toMatchObject({ userId: 'agent' });
    const other = made({ phone: `+${numbers++}`, userId: 'supervisor' }, AGENT);
    expect(await codeOf(other)).toBe('permission-denied');
  });
});

describe('changing a contact', () => {
  it('changes what is given, and what it is found by', async () => {
    const id = await made({ phone, name: 'Ana', tags: ['a', 'b'], attributes: { city: 'Porto' } });
    await update(id, {
      ...{ name: 'Bea López', userId: 'agent', isActive: false },
      ...{ addTags: ['c'], removeTags: ['a'], attributes: { city: null, points: 5 } },
    });
    const contact = await contactAt(id);
    expect(contact).toMatchObject({ name: 'Bea López', userId: 'agent', isActive: false });
    expect(contact.tags).toEqual(['b', 'c']);
    expect(contact.attributes).toEqual({ points: 5 });
    expect(contact.search).toEqual(searchFields(contact));
  });

  it('again changes and records nothing', async () => {
    const id = await made({ phone, name: 'Ana' });
    await twice(() => update(id, { name: 'Bea', addTags: ['x'] }));
    expect(await billOf(() => update(id, { name: 'Bea', addTags: ['x'] }))).toMatchObject({
      reads: 1,
      writes: 0,
    });
    expect(await deeds(`contacts/${id}`)).toEqual({ 'contacts.create': 1, 'contacts.update': 1 });
  });

  it('at the same time undoes nothing', async () => {
    const id = await made({ phone, name: 'Ana' });
    const tags = Array.from({ length: 8 }, (_, n) => `tag${n}`);
    await Promise.all([
      ...tags.map((tag) => update(id, { addTags: [tag] })),
      update(id, { name: 'Bea' }),
    ]);
    const contact = await contactAt(id);
    expect(contact.tags.sort()).toEqual(tags);
    expect(contact.search).toEqual(searchFields(contact));
  });

  it('records who did it, and nothing of the person', async () => {
    const id = await made({ phone, name: 'Ana' });
    await update(id, { name: 'Berta', attributes: { city: 'Secret' }, userId: 'agent' });
    const { docs } = await db()
      .collection('auditLog')
      .where('target', '==', `contacts/${id}`)
      .where('action', '==', 'contacts.update')
      .get();
    expect(docs[0]?.data()).toMatchObject({
      userId: 'supervisor',
      details: { fields: ['name', 'userId', 'attributes'], owner: { from: null, to: 'agent' } },
    });
    expect(JSON.stringify(docs[0]?.data())).not.toMatch(/Berta|Secret/);
  });

  it('is for its owner and leads; only leads give it away', async () => {
    const own = await made({ phone }, AGENT);
    const others = await made({ phone: `+${numbers++}` });
    expect(await codeOf(update(own, { name: 'Mine' }, AGENT))).toBe('ok');
    expect(await codeOf(update(own, { userId: null }, AGENT))).toBe('permission-denied');
    expect(await codeOf(update(others, { name: 'Mine' }, AGENT))).toBe('not-found');
    expect(await codeOf(update('0'.repeat(40), { name: 'Mine' }))).toBe('not-found');
    expect(await codeOf(update(own, { userId: null }))).toBe('ok');
  });

  it('keeps the number of tags within bounds', async () => {
    const id = await made({ phone });
    const tags = (from: number) => Array.from({ length: 50 }, (_, n) => `t${from + n}`);
    await update(id, { addTags: tags(0) });
    await update(id, { addTags: tags(50) });
    expect(await codeOf(update(id, { addTags: ['one more'] }))).toBe('failed-precondition');
    expect(await codeOf(update(id, { addTags: ['one more'], removeTags: ['t1'] }))).toBe('ok');
  });

  it.each(['a;b', 'a\nb', ''])('takes no tag like %j', (tag) => {
    const input = { contactId: '0', addTags: [tag] };
    expect(updateContactInput.safeParse(input).success).toBe(false);
  });
});

describe('attributes', () => {
  const define = (input: object) => defineAttribute(LEAD, defineAttributeInput.parse(input));

  it('are defined once; labels and choices change, types do not', async () => {
    await twice(() => define({ name: 'plan', type: 'choice', choices: ['a', 'b'] }));
    await define({ name: 'plan', type: 'choice', choices: ['a', 'b', 'c'], label: 'Plan' });
    expect(await codeOf(define({ name: 'plan', type: 'text' }))).toBe('failed-precondition');
    expect(await codeOf(define({ name: 'language', type: 'number' }))).toBe('failed-precondition');
    expect((await listAttributes()).attributes).toContainEqual({
      name: 'plan',
      type: 'choice',
      choices: ['a', 'b', 'c'],
      label: 'Plan',
    });
    expect(await deeds('settings/attributes')).toEqual({ 'attributes.define': 4 });
  });

  it('that were defined a moment ago are known where the list is remembered', async () => {
    const id = await made({ phone, attributes: { city: 'Faro' } });
    // Another instance defines it.
    const { definitions } = (await db().doc('settings/attributes').get()).data() as {
      definitions: object;
    };
    const size = { type: 'number', label: 'Size' };
    await db()
      .doc('settings/attributes')
      .set({ definitions: { ...definitions, size } });
    expect(await codeOf(update(id, { attributes: { size: 4 } }))).toBe('ok');
  });

  it('cost a read in half a minute', async () => {
    const id = await made({ phone });
    clearCaches();
    await update(id, { attributes: { city: 'Faro' } });
    expect(await billOf(() => update(id, { attributes: { city: 'Nice' } }))).toMatchObject({
      reads: 1,
      writes: 2,
    });
  });
});
