import {
  addDoc,
  collection,
  deleteDoc,
  doc,
  getCountFromServer,
  getDoc,
  getDocsFromServer,
  onSnapshot,
  query,
  updateDoc,
  where,
  writeBatch,
  type Query,
} from 'firebase/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCoverage, untried } from './coverage';
import { MATRIX } from './matrix';
import { EVERYBODY, PEOPLE } from './people';
import { QUERIES } from './queries';
import { allowed, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld('rules');
});
afterAll(() => world.close());

describe.each(EVERYBODY)('%s', (who) => {
  test.each(MATRIX)('$document', async (row) => {
    const db = world.as(who);
    const document = doc(db, row.document);

    expect({
      get: await allowed(getDoc(document)),
      list: await allowed(getDocsFromServer(document.parent)),
      create: await allowed(addDoc(document.parent, { any: 'thing' })),
      update: await allowed(updateDoc(document, { role: 'admin' })),
      delete: await allowed(deleteDoc(document)),
    }).toEqual({
      get: row.get.includes(who),
      list: row.list.includes(who),
      create: false,
      update: false,
      delete: false,
    });
  });

  test.each(QUERIES)('queries $name', async ({ query: build, allowed: by }) => {
    const built = build(world.as(who));
    const may = by.includes(who);

    expect(await allowed(getDocsFromServer(built)), 'as a query').toBe(may);
    expect(await allowed(getCountFromServer(built)), 'counted').toBe(may);
  });
});

test('a listener hears its conversations, and is refused those of others', async () => {
  const mine = where('participants', 'array-contains', 'agent');
  const conversations = collection(world.as('agent'), 'conversations');

  expect(await firstSnapshot(query(conversations, mine))).toEqual(['takesPart']);
  await expect(firstSnapshot(query(conversations))).rejects.toMatchObject({
    code: 'permission-denied',
  });
});

test('a write is refused when it is hidden in a batch', async () => {
  const db = world.as('admin');
  const batch = writeBatch(db);
  batch.set(doc(db, 'users/admin'), PEOPLE.admin.document);
  batch.set(doc(db, 'auditLog/forged'), { userId: 'agent' });

  expect(await allowed(batch.commit())).toBe(false);
});

test.each([
  ['deactivated', { role: 'agent', isActive: false }],
  ['given another role', { role: 'viewer', isActive: true }],
  ['removed from the team', {}],
])('a member who was %s is refused at once, with the token still valid', async (_, after) => {
  const { uid, document } = PEOPLE.agent;
  const read = (): Promise<boolean> =>
    allowed(getDoc(doc(world.as('agent'), 'conversations/takesPart')));

  expect(await read()).toBe(true);
  await world.write(`users/${uid}`, after);
  expect(await read()).toBe(false);
  await world.write(`users/${uid}`, document);
  expect(await read()).toBe(true);
});

/** Has to stay the last: it judges what the tests above have tried. */
test('no expression of the rules is left untried', async () => {
  expect(untried(await readCoverage(world.projectId))).toEqual([]);
});

function firstSnapshot(listened: Query): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const stop = onSnapshot(
      listened,
      { includeMetadataChanges: true },
      ({ docs, metadata }) => {
        // What the tests before have read is at hand at once, without asking the rules.
        if (metadata.fromCache) return;
        stop();
        resolve(docs.map(({ id }) => id));
      },
      reject,
    );
  });
}
