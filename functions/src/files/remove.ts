import { batchDelete } from '../batch/batchDelete';
import { batchGet } from '../batch/batchGet';
import { batchPages } from '../batch/batchPages';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { storage, type Entry } from '../platform/storage';
import { mapConcurrently } from '../shared/async';
import { filePurpose, type FilePurpose } from './schema';
import { files } from './store';

const PAGE = 200;
const CONCURRENCY = 10;
/** Jobs that write contents are over by then, and the files that they make are there. */
const ORPHAN_MS = 8 * 24 * 60 * 60_000;

/**
 * Removes the files whose time is over, contents first: a crash leaves entries whose content is
 * gone, which the next run removes.
 *
 * @param end nothing more is begun after this time, epoch ms; the next run goes on
 * @returns how many
 */
export async function removeExpiredFiles(end: number): Promise<number> {
  let removed = 0;
  const expired = batchPages(files, [{ where: [['expiresAt', '<=', now()]] }], {
    limit: PAGE,
    fields: ['path'],
  });
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  for await (const { items } of expired) {
    await mapConcurrently(items, CONCURRENCY, ({ data }) => storage().remove(data.path));
    const report = await batchDelete(
      files,
      items.map(({ id }) => id),
    );
    removed += throwIfFailed(report).ok;
    if (now() > end) break;
  }
  return removed;
}

/** Archives are listed by who makes them. */
const FOLDERS = filePurpose.options.filter((purpose) => purpose !== 'archive');

/**
 * Removes contents without a file: what a crash left between the two, and the parts of jobs that
 * died. Costs a listing for 1,000 contents, and a read for each old one.
 *
 * @param end nothing more is begun after this time, epoch ms; the next run begins anew
 * @returns how many
 */
export async function removeOrphans(end: number): Promise<number> {
  let removed = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a folder after the other
  for (const folder of FOLDERS) removed += await removeOrphansOf(folder, end);
  return removed;
}

async function removeOrphansOf(folder: FilePurpose, end: number): Promise<number> {
  let removed = 0;
  let after: string | undefined;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  do {
    const page: Entry[] = await storage().list(folder, { after });
    const old = page.filter(({ updatedAt }) => updatedAt < now() - ORPHAN_MS);
    const known = await batchGet(
      files,
      old.map(({ path }) => idOf(path)),
      { fields: ['path'] },
    );
    const orphans = old.filter(({ path }, index) => known[index]?.data?.path !== path);
    await mapConcurrently(orphans, CONCURRENCY, ({ path }) => storage().remove(path));
    removed += orphans.length;
    after = page.at(-1)?.path;
  } while (after !== undefined && now() < end);
  return removed;
}

/** The id of the file that a content would be of; what follows a dot tells contents apart. */
const idOf = (path: string): string => path.split('/').slice(1).join('-').split('.')[0] as string;
