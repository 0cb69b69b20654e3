import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketStorage, folderStorage, storage, type Storage } from '../src/platform/storage';
import { codeOf } from './support/calling';
import { startBucketServer, type BucketServer } from './support/bucketServer';
import { useProject } from './support/project';
import { randomOf } from './support/random';

useProject('storage');
const root = mkdtempSync(join(tmpdir(), 'recado-storage-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let server: BucketServer;
beforeAll(async () => {
  server = await startBucketServer();
  process.env['STORAGE_EMULATOR_HOST'] = server.url;
});

const piecesOf = (...pieces: (string | Uint8Array)[]): Readable => Readable.from(pieces);

/** So many bytes that look like none else's. */
function noise(bytes: number): Buffer {
  const random = randomOf(bytes);
  return Buffer.from(Array.from({ length: bytes }, () => random.below(256)));
}

describe.each<[string, () => Storage]>([
  ['a folder', () => folderStorage(join(root, 'store'))],
  ['a bucket', () => bucketStorage('test-bucket')],
])('in %s', (_, open) => {
  const store = open();
  const read = async (path: string, start?: number): Promise<string> =>
    text(await store.read(path, start === undefined ? {} : { start }));

  it('a file is what was written', async () => {
    expect(await store.write('export/one', piecesOf('Hello ', Buffer.from('wörld')))).toBe(12);
    expect(await read('export/one')).toBe('Hello wörld');
    expect(await store.size('export/one')).toBe(12);
  });

  it('a file of some megabytes is the same, byte for byte', async () => {
    const content = noise(3 * 1024 * 1024 + 7);
    const pieces = Array.from({ length: 49 }, (_, n) =>
      content.subarray(n * 65_536, (n + 1) * 65_536),
    );
    expect(await store.write('export/large', piecesOf(...pieces))).toBe(content.length);
    expect((await buffer(await store.read('export/large'))).equals(content)).toBe(true);
  });

  it('an empty file is a file', async () => {
    expect(await store.write('export/empty', piecesOf())).toBe(0);
    expect(await store.size('export/empty')).toBe(0);
    expect(await read('export/empty')).toBe('');
  });

  it('a file is written anew in place of the old one', async () => {
    await store.write('export/twice', piecesOf('long before'));
    await store.write('export/twice', piecesOf('now'));
    expect(await read('export/twice')).toBe('now');
    expect(await store.size('export/twice')).toBe(3);
  });

  it.each([
    [0, '0123456789'],
    [4, '456789'],
    [10, ''],
    [11, ''],
  ])('a file is read from byte %i on', async (start, expected) => {
    await store.write('export/digits', piecesOf('0123456789'));
    expect(await read('export/digits', start)).toBe(expected);
  });

  it('what is not there has no size, cannot be read, and is removed without an error', async () => {
    expect(await store.size('export/nothing')).toBeUndefined();
    expect(await codeOf(store.read('export/nothing'))).toBe('not-found');
    expect(await codeOf(store.remove('export/nothing'))).toBe('ok');
  });

  it('a folder is no file', async () => {
    await store.write('folder/inner/file', piecesOf('x'));
    expect(await store.size('folder/inner')).toBeUndefined();
    expect(await codeOf(store.read('folder/inner'))).toBe('not-found');
    expect(await store.size('folder/inner/file/below')).toBeUndefined();
  });

  it('what was removed is gone', async () => {
    await store.write('export/gone', piecesOf('x'));
    await store.remove('export/gone');
    expect(await store.size('export/gone')).toBeUndefined();
  });

  it('a write that breaks off leaves nothing, or what was there', async () => {
    await store.write('broken/old', piecesOf('as it was'));
    const breaking = async function* (): AsyncGenerator<string> {
      yield 'half';
      await Promise.resolve();
      throw new Error('the source broke');
    };
    await expect(store.write('broken/new', breaking())).rejects.toThrow('the source broke');
    await expect(store.write('broken/old', breaking())).rejects.toThrow('the source broke');
    expect(await store.size('broken/new')).toBeUndefined();
    expect(await read('broken/old')).toBe('as it was');
    expect((await store.list('broken')).map(({ path }) => path)).toEqual(['broken/old']);
  });

  it('a folder is listed in order, with all below it and nothing beside it, in pages', async () => {
    const names = ['list/b', 'list/a-1', 'list/a.part', 'list/a/2', 'list/a/10', 'list/c'];
    const before = Date.now();
    for (const name of [...names, 'listing/x', 'lis']) await store.write(name, piecesOf(name));
    const sorted = [...names].sort();

    const all = await store.list('list');
    expect(all.map(({ path }) => path)).toEqual(sorted);
    for (const { updatedAt } of all) expect(updatedAt).toBeGreaterThan(before - 2_000);

    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const page = (await store.list('list', { max: 2, after })).map(({ path }) => path);
      pages.push(page);
      after = page.at(-1);
    } while (after !== undefined);
    expect(pages).toEqual([sorted.slice(0, 2), sorted.slice(2, 4), sorted.slice(4), []]);
    expect(await store.list('no-such-folder')).toEqual([]);
  });

  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    'a//b',
    'a/',
    '.hidden',
    'a\\b',
    'a b',
    'á',
    'a\0b',
  ])('a path like %j is refused', async (path) => {
    expect(await codeOf(store.write(path, piecesOf('x')))).toBe('invalid-argument');
    expect(await codeOf(store.read(path))).toBe('invalid-argument');
    expect(await codeOf(store.size(path))).toBe('invalid-argument');
    expect(await codeOf(store.remove(path))).toBe('invalid-argument');
    expect(await codeOf(store.list(path))).toBe('invalid-argument');
  });
});

describe('a folder', () => {
  it('has no drafts left after writes that broke off', () => {
    const names = readdirSync(join(root, 'store', 'broken'));
    expect(names).toEqual(['old']);
  });
});

describe('a bucket', () => {
  it('has the type that was given', async () => {
    await bucketStorage('test-bucket').write('export/typed', piecesOf('{}'), {
      contentType: 'application/json',
    });
    expect(server.objects.get('export/typed')?.contentType).toBe('application/json');
  });

  it('has no file when the connection broke', { timeout: 60_000 }, async () => {
    server.failUploads(1_000);
    const write = bucketStorage('test-bucket').write('export/torn', piecesOf(noise(5_000)));
    await expect(write).rejects.toThrow();
    server.failUploads(null);
    expect(await bucketStorage('test-bucket').size('export/torn')).toBeUndefined();
  });
});

describe('FILE_STORE', () => {
  it.each([
    [() => pathToFileURL(join(root, 'named')).href, 'folder'],
    [() => 'gs://test-bucket', 'bucket'],
    [() => '', 'bucket'],
  ])('says where files are (%#)', async (at, where) => {
    process.env['FILE_STORE'] = at();
    server.calls.length = 0;
    await storage().write('export/named', piecesOf('x'));
    expect(server.calls.length > 0 ? 'bucket' : 'folder').toBe(where);
    expect(storage()).toBe(storage());
  });
});
