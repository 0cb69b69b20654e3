import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { files } from '../src/entry/http/files';
import { keepFile } from '../src/files/keep';
import { removeExpiredFiles, removeOrphans } from '../src/files/remove';
import { fileId, type FilePurpose, type StoredFile } from '../src/files/schema';
import { setClock } from '../src/platform/clock';
import { db } from '../src/platform/firestore';
import { storage } from '../src/platform/storage';
import { newId } from '../src/shared/ids';
import { ROLES, storeTeam, user } from './support/calling';
import { host } from './support/hosting';
import { useProject } from './support/project';
import { forge, signIn } from './support/signIn';

const root = mkdtempSync(join(tmpdir(), 'recado-files-'));
useProject('files', { FILE_STORE: pathToFileURL(root).href });
afterAll(() => rmSync(root, { recursive: true, force: true }));

let url: string;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  url = await host(files);
  await storeTeam();
  for (const role of ROLES) tokens[role] = await signIn(role, role);
  // Another supervisor, another agent.
  for (const role of ['supervisor', 'agent'] as const) {
    const uid = `second-${role}`;
    await db().doc(`users/${uid}`).set(user(role));
    tokens[uid] = await signIn(uid, role);
  }
  tokens['stranger'] = await signIn('stranger');
});

let stopClock = (): void => undefined;
afterEach(() => {
  stopClock();
  vi.restoreAllMocks();
});
const DAY = 24 * 60 * 60_000;
function wait(milliseconds: number): void {
  const at = Date.now() + milliseconds;
  stopClock = setClock(() => at);
}

const as = (who: string | null): Record<string, string> =>
  who === null ? {} : { authorization: `Bearer ${tokens[who] ?? who}` };

const get = (id: string, who: string | null, accepted = 'gzip, br'): Promise<Response> =>
  fetch(`${url}/${id}`, { headers: { ...as(who), 'accept-encoding': accepted } });

function upload(
  who: string | null,
  body: string | Uint8Array<ArrayBuffer>,
  { id = newId(), name = 'list.csv', type = 'text/csv' } = {},
): Promise<Response> {
  const query = new URLSearchParams({ id, name });
  const headers = { ...as(who), 'content-type': type };
  return fetch(`${url}?${query.toString()}`, { method: 'POST', headers, body });
}

const kept = (
  purpose: FilePurpose,
  createdBy: string,
  { id = newId(), content = 'some rows', name = 'rows.csv', days = 7 } = {},
) =>
  keepFile(
    { id, name, contentType: 'text/csv', purpose, createdBy, days },
    Readable.from([content]),
  );

const entryAt = async (id: string): Promise<StoredFile | undefined> =>
  (await db().doc(`files/${id}`).get()).data() as StoredFile | undefined;

describe('who may fetch a file', () => {
  const [yes, no] = [200, 404];
  it.each<[string, FilePurpose, string, Record<string, number>]>([
    [
      "an agent's own",
      'export',
      'agent',
      { agent: yes, 'second-agent': no, supervisor: yes, admin: yes, viewer: 403, stranger: 403 },
    ],
    [
      "a supervisor's",
      'export',
      'supervisor',
      { agent: no, supervisor: yes, 'second-supervisor': yes, admin: yes, viewer: 403 },
    ],
    ["a person's data", 'privacy', 'admin', { admin: yes, supervisor: no, agent: no, viewer: 403 }],
    ["a person's data, of somebody who is no admin any more", 'privacy', 'agent', { agent: no }],
  ])('%s', async (_, purpose, owner, expected) => {
    const { fileId: id } = await kept(purpose, owner);
    for (const [who, status] of Object.entries(expected)) {
      expect((await get(id, who)).status, who).toBe(status);
    }
    expect((await get(id, null)).status).toBe(401);
  });

  it('a member who was deactivated or demoted may not, whatever the token says', async () => {
    const { fileId: id } = await kept('export', 'second-agent');
    expect((await get(id, 'second-agent')).status).toBe(200);
    await db().doc('users/second-agent').update({ isActive: false });
    wait(60_000);
    expect((await get(id, 'second-agent')).status).toBe(403);
    await db().doc('users/second-agent').update({ isActive: true });
  });

  it.each<[string, () => string]>([
    ['no token at all', () => 'nonsense'],
    ['a token of another project', () => forge(tokens['admin'] as string, { aud: 'demo-other' })],
    ['a token that is over', () => forge(tokens['admin'] as string, { exp: 1 })],
    [
      'a token of somebody who does not exist',
      () => forge(tokens['admin'] as string, { sub: 'nobody', user_id: 'nobody' }),
    ],
  ])('%s is refused', async (_, forged) => {
    const { fileId: id } = await kept('export', 'admin');
    const response = await get(id, forged());
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { details: { reason: 'signed-out' } } });
  });

  it('a role that a token claims and the members do not know is refused', async () => {
    const { fileId: id } = await kept('export', 'admin');
    expect((await get(id, forge(tokens['agent'] as string, { role: 'admin' }))).status).toBe(403);
  });

  it('is on record', async () => {
    const { fileId: id } = await kept('export', 'agent');
    await get(id, 'supervisor');
    await get(id, 'second-agent');
    const { docs } = await db().collection('auditLog').where('target', '==', `files/${id}`).get();
    expect(docs.map((doc) => doc.data())).toMatchObject([
      { userId: 'supervisor', action: 'files.fetch', details: { purpose: 'export', bytes: 9 } },
    ]);
  });

  it('nobody does where that cannot be recorded', async () => {
    const { fileId: id } = await kept('export', 'agent');
    vi.spyOn(db(), 'batch').mockImplementation(() => {
      throw new Error('out of order');
    });
    expect((await get(id, 'agent')).status).toBe(500);
  });
});

describe('a file that is fetched', () => {
  it('is whole, and says what it is', async () => {
    const { fileId: id } = await kept('export', 'agent', { content: 'añb\n'.repeat(50_000) });
    const response = await get(id, 'agent', 'identity');
    expect(await response.text()).toBe('añb\n'.repeat(50_000));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-length': String(5 * 50_000),
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('is compressed for who accepts it, as a stream', async () => {
    const { fileId: id } = await kept('export', 'agent', { content: 'añb\n'.repeat(50_000) });
    const response = await get(id, 'agent');
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(response.headers.get('content-length')).toBeNull();
    expect(await response.text()).toBe('añb\n'.repeat(50_000));
  });

  it.each([
    ['informe año 2026.csv', 'informe%20a%C3%B1o%202026.csv'],
    ["it's (1) * 100%.csv", 'it%27s%20%281%29%20%2A%20100%25.csv'],
    ['列表 🎉.csv', '%E5%88%97%E8%A1%A8%20%F0%9F%8E%89.csv'],
  ])('is called %s', async (name, encoded) => {
    const { fileId: id } = await kept('export', 'agent', { name });
    const response = await get(id, 'agent');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''${encoded}`,
    );
  });

  it.each(['x', '..%2F..%2Fetc%2Fpasswd', 'a'.repeat(200), 'files/short', ''])(
    'by an id like %j is none',
    async (id) => {
      expect([400, 404]).toContain((await get(id, 'admin')).status);
    },
  );

  it('is found with the folder in its address too', async () => {
    const { fileId: id } = await kept('export', 'agent');
    expect((await get(`files/${id}`, 'agent')).status).toBe(200);
  });

  it('breaks off, and never looks whole, when its content does', async () => {
    const { fileId: id } = await kept('export', 'agent', { content: 'x'.repeat(1_000_000) });
    vi.spyOn(storage(), 'read').mockResolvedValue(
      Readable.from(
        (async function* () {
          yield 'x'.repeat(500_000);
          await Promise.resolve();
          throw new Error('the store broke');
        })(),
      ),
    );
    const broken = async (): Promise<string> => (await get(id, 'agent')).text();
    await expect(broken()).rejects.toThrow();
  });
});

describe('an upload', () => {
  it('is fetched again as it was, by who sent it', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, n) => (n * 7) % 256);
    const response = await upload('supervisor', bytes, { name: 'people.xlsx' });
    expect(response.status).toBe(201);
    const file = (await response.json()) as { fileId: string; name: string; bytes: number };
    expect(file).toMatchObject({ name: 'people.xlsx', bytes: 100_000 });
    expect(fileId.safeParse(file.fileId).success).toBe(true);
    const back = await get(file.fileId, 'supervisor');
    expect(new Uint8Array(await back.arrayBuffer())).toEqual(bytes);
    expect(back.headers.get('content-type')).toBe('application/octet-stream');
  });

  it.each([
    ['nobody', null, 401],
    ['a viewer', 'viewer', 403],
    ['an agent', 'agent', 403],
    ['a stranger', 'stranger', 403],
    ['an admin', 'admin', 201],
  ])('of %s → %s', async (_, who, status) => {
    expect((await upload(who, 'a,b')).status).toBe(status);
  });

  it('that is repeated is the same file; other content, or an old key, is refused', async () => {
    const id = newId();
    const first = await (await upload('admin', 'a,b', { id })).json();
    const again = await upload('admin', 'a,b', { id });
    expect([again.status, await again.json()]).toEqual([201, first]);

    const other = await upload('admin', 'c,d', { id });
    expect([other.status, await other.json()]).toMatchObject([
      409,
      { error: { details: { reason: 'key-reused' } } },
    ]);
    const { fileId: stored } = first as { fileId: string };
    expect(await (await get(stored, 'admin')).text()).toBe('a,b');

    await db().doc(`files/${stored}`).update({ expiresAt: 1 });
    expect((await upload('admin', 'a,b', { id })).status).toBe(409);
  });

  it('of two contents under one key at once leaves one whole file', async () => {
    const id = newId();
    const contents = Array.from({ length: 6 }, (_, n) => `content ${n}\n`.repeat(1_000 + n));
    const answers = await Promise.all(contents.map((body) => upload('admin', body, { id })));
    const taken = answers.flatMap(({ status }, n) => (status === 201 ? [contents[n]] : []));
    expect(taken).toHaveLength(1);
    expect(await (await get(`admin-${id}`, 'admin')).text()).toBe(taken[0]);
  });

  it("has an id of its member's own", async () => {
    const id = newId();
    await upload('admin', 'of the admin', { id });
    await upload('supervisor', 'of the supervisor', { id });
    expect(await (await get(`admin-${id}`, 'admin')).text()).toBe('of the admin');
    expect(await (await get(`supervisor-${id}`, 'admin')).text()).toBe('of the supervisor');
  });

  it.each([
    ['a name with a folder', { name: '../../etc/passwd' }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a name with a quote', { name: 'a"b' }],
    ['no name', { name: ' ' }],
    ['an endless name', { name: 'a'.repeat(201) }],
    ['an id that is a path', { id: '../../other/file' }],
    ['a short id', { id: 'x' }],
  ])('with %s is refused', async (_, fields) => {
    const response = await upload('admin', 'a,b', fields);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { details: { reason: 'invalid-input' } },
    });
  });

  it.each(['lista de año 2026 (1).csv', '列表 🎉.csv', "l'été.csv"])(
    'may be called %s',
    async (name) => {
      expect(await (await upload('admin', 'a,b', { name })).json()).toMatchObject({ name });
    },
  );

  it.each([
    ['of nothing', 0, 400],
    ['of all that is allowed', 32 * 1024 * 1024, 201],
    ['of a byte more', 32 * 1024 * 1024 + 1, 400],
  ])('%s → %i bytes, %i', async (_, bytes, status) => {
    const type = 'application/octet-stream';
    expect((await upload('admin', new Uint8Array(bytes), { type })).status).toBe(status);
  });

  it('takes no other method', async () => {
    const response = await fetch(url, { method: 'PUT', headers: as('admin'), body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('a file that is kept twice', () => {
  it('has the last content, and says how much that is', async () => {
    const id = newId();
    await kept('export', 'agent', { id, content: 'the first try' });
    await kept('export', 'agent', { id, content: 'the second, longer try' });
    expect(await entryAt(id)).toMatchObject({ bytes: 22 });
    expect(await (await get(id, 'agent')).text()).toBe('the second, longer try');
  });
});

describe('what has lived long enough', () => {
  const inStore = async (path: string): Promise<boolean> =>
    (await storage().size(path)) !== undefined;

  it('cannot be fetched any more, and goes with its content', async () => {
    const short = await kept('export', 'agent', { days: 2 });
    const long = await kept('export', 'agent', { days: 9 });
    wait(3 * DAY);
    expect((await get(short.fileId, 'agent')).status).toBe(404);
    expect(await removeExpiredFiles(Date.now() + 60_000)).toBeGreaterThan(0);
    expect(await entryAt(short.fileId)).toBeUndefined();
    expect(await inStore(`export/${short.fileId}`)).toBe(false);
    expect(await entryAt(long.fileId)).toBeDefined();
    expect(await inStore(`export/${long.fileId}`)).toBe(true);
    expect(await removeExpiredFiles(Date.now() + 60_000)).toBe(0);
  });

  it('goes, however many they are', async () => {
    const many = Array.from({ length: 450 }, (_, n) => `many-files-${n}`);
    const batch = db().batch();
    for (const id of many)
      batch.set(db().doc(`files/${id}`), { path: `export/${id}`, expiresAt: 5 });
    await batch.commit();
    expect(await removeExpiredFiles(Date.now() + 60_000)).toBe(450);
  });

  it('goes at the next run when one died after the content', async () => {
    const { fileId: id } = await kept('export', 'agent', { days: 1 });
    await storage().remove(`export/${id}`);
    wait(2 * DAY);
    await removeExpiredFiles(Date.now() + 60_000);
    expect(await entryAt(id)).toBeUndefined();
  });

  it('goes after a crash between content and entry, but nothing that is a file, or young', async () => {
    const file = await kept('export', 'agent', { days: 30 });
    const uploaded = (await (await upload('admin', 'a,b')).json()) as { fileId: string };
    const { path: uploadPath } = (await entryAt(uploaded.fileId)) as StoredFile;
    const old = ['export/crashed-1', `export/${file.fileId}.0`, 'upload/crashed-2.0123'];
    for (const path of [...old, 'export/crashed-young']) {
      await storage().write(path, Readable.from(['x']));
    }
    const long = new Date(Date.now() - 9 * DAY);
    for (const path of [...old, `export/${file.fileId}`, uploadPath]) {
      utimesSync(join(root, path), long, long);
    }
    expect(await removeOrphans(Date.now() + 60_000)).toBe(3);
    for (const path of old) expect(await inStore(path), path).toBe(false);
    for (const path of [`export/${file.fileId}`, uploadPath, 'export/crashed-young']) {
      expect(await inStore(path), path).toBe(true);
    }
  });
});
