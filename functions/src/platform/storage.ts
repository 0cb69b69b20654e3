import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
// The client is imported when it is needed, which gives its other build.
import type { Bucket } from '@google-cloud/storage' with { 'resolution-mode': 'import' };
import { fileStore, projectId } from '../params';
import { AppError } from '../shared/errors';
import { newId } from '../shared/ids';

/** What a file's content may come from: a stream, or pieces as they are made. */
export type Content = Readable | AsyncIterable<Uint8Array | string>;

/**
 * Where files are: a bucket of Cloud Storage, or a folder in a local stack. Paths are relative, of
 * segments without special characters. A file is there whole or not at all.
 */
export interface Storage {
  /** Writes a file, in place of an older one; gives its size in bytes. */
  write(path: string, content: Content, options?: { contentType?: string }): Promise<number>;
  /** The content, from a byte on. Throws `not-found` before anything is read. */
  read(path: string, options?: { start?: number }): Promise<Readable>;
  /** In bytes; `undefined` where there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** Removing what is not there is no error. */
  remove(path: string): Promise<void>;
  /** What is below a folder, in the order of paths, a page at a time. */
  list(folder: string, page?: Page): Promise<Entry[]>;
}

/** A file in a list. */
export interface Entry {
  path: string;
  /** When it was written, epoch ms. */
  updatedAt: number;
}

interface Page {
  /** At most so many; 1,000 if left out. */
  max?: number | undefined;
  /** Only those behind this path. */
  after?: string | undefined;
}

const PAGE = 1_000;

let opened: { at: string; storage: Storage } | undefined;

/** The project's files, where the parameter FILE_STORE says. The client is loaded when first used. */
export function storage(): Storage {
  const at = fileStore();
  if (opened?.at !== at) opened = { at, storage: open(at) };
  return opened.storage;
}

function open(at: string): Storage {
  if (at.startsWith('file://')) return folderStorage(fileURLToPath(at));
  return bucketStorage(at.replace(/^gs:\/\//, '') || `${projectId()}.firebasestorage.app`);
}

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

/** Refuses what would leave the store, or mean different files in a folder and in a bucket. */
function checked(path: string): string {
  const segments = path.split('/');
  if (segments.length > 10 || !segments.every((segment) => SEGMENT.test(segment))) {
    throw new AppError('invalid-argument', 'This cannot be the path of a file.', {
      details: { reason: 'file-path' },
    });
  }
  return path;
}

const missing = (cause?: unknown): AppError =>
  new AppError('not-found', 'There is no such file, or not any more.', {
    details: { reason: 'file' },
    cause,
  });

/** A folder of this machine. */
export function folderStorage(root: string): Storage {
  const placeOf = (path: string): string => join(resolve(root), ...checked(path).split('/'));
  const size = async (path: string): Promise<number | undefined> => {
    try {
      const found = await stat(placeOf(path));
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return {
    size,
    async write(path, content) {
      const place = placeOf(path);
      await mkdir(dirname(place), { recursive: true });
      const draft = `${place}.${newId()}.part`;
      try {
        await pipeline(content, createWriteStream(draft));
        await rename(draft, place);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      return (await stat(place)).size;
    },
    async read(path, { start = 0 } = {}) {
      if ((await size(path)) === undefined) throw missing();
      return createReadStream(placeOf(path), { start });
    },
    async remove(path) {
      await rm(placeOf(path), { force: true });
    },
    async list(folder, { max = PAGE, after = '' } = {}) {
      const place = placeOf(folder);
      const found = await readdir(place, { recursive: true, withFileTypes: true }).catch(
        (error: unknown) => {
          if (isMissing(error)) return [];
          throw error;
        },
      );
      const paths = found
        .filter((entry) => entry.isFile() && !DRAFT.test(entry.name))
        .map(({ parentPath, name }) =>
          relative(resolve(root), join(parentPath, name)).split(sep).join('/'),
        )
        .filter((path) => path > after)
        .sort()
        .slice(0, max);
      return Promise.all(
        paths.map(async (path) => ({ path, updatedAt: (await stat(placeOf(path))).mtimeMs })),
      );
    },
  };
}

/** What is being written, or was when its process died. */
const DRAFT = /\.[0-9a-f-]{36}\.part$/;

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '');

/** A bucket of Cloud Storage. */
export function bucketStorage(name: string): Storage {
  let bucket: Promise<Bucket> | undefined;
  const files = (): Promise<Bucket> => (bucket ??= openBucket(name));
  const file = async (path: string) => (await files()).file(checked(path));
  const size = async (path: string): Promise<number | undefined> => {
    try {
      const [metadata] = await (await file(path)).getMetadata();
      return Number(metadata.size ?? 0);
    } catch (error) {
      if ((error as { code?: unknown }).code === 404) return undefined;
      throw error;
    }
  };
  return {
    size,
    async write(path, content, { contentType = 'application/octet-stream' } = {}) {
      let bytes = 0;
      const counted = new PassThrough().on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      // An upload that is not finished leaves nothing behind.
      const target = (await file(path)).createWriteStream({ contentType, resumable: true });
      await pipeline(content, counted, target);
      return bytes;
    },
    async read(path, { start = 0 } = {}) {
      const bytes = await size(path);
      if (bytes === undefined) throw missing();
      // A range that begins at the end is an error to Cloud Storage.
      if (start >= bytes) return Readable.from([]);
      return (await file(path)).createReadStream({ start });
    },
    async remove(path) {
      await (await file(path)).delete({ ignoreNotFound: true });
    },
    async list(folder, { max = PAGE, after } = {}) {
      const prefix = `${checked(folder)}/`;
      const [found] = await (
        await files()
      ).getFiles({
        prefix,
        maxResults: max,
        autoPaginate: false,
        // The API's offset is the first to be listed; no path is between one and itself with a "!".
        ...(after === undefined ? {} : { startOffset: `${after}!` }),
      });
      return found.map(({ name: path, metadata }) => ({
        path,
        updatedAt: Date.parse(String(metadata.updated ?? metadata.timeCreated)),
      }));
    },
  };
}

async function openBucket(name: string): Promise<Bucket> {
  const { Storage } = await import('@google-cloud/storage');
  return new Storage({ projectId: projectId() }).bucket(name);
}
