import { batchQuery, type QueryPage } from './batchQuery';
import type { Collection } from './collection';
import type { BatchOptions } from './options';
import type { Order, QuerySpec } from './querySpec';

interface PagesOptions extends BatchOptions {
  orderBy?: readonly Order[];
  /** Documents a page; 1,000 if left out. */
  limit?: number;
  /** Goes on after this cursor. */
  cursor?: string | null;
  fields?: readonly string[];
}

/**
 * All that queries find, a page at a time, each read when the one before is done with. Takes and
 * throws what `batchQuery` does.
 *
 * @example
 * for await (const { items, cursor } of batchPages(contacts, [{ where: [] }])) await keep(items, cursor);
 */
export async function* batchPages<T extends object>(
  collection: Collection<T>,
  queries: readonly QuerySpec[],
  options: PagesOptions = {},
): AsyncGenerator<QueryPage<T>, void, undefined> {
  let { cursor = null } = options;
  do {
    const page: QueryPage<T> = await batchQuery(collection, queries, { ...options, cursor });
    yield page;
    ({ cursor } = page);
  } while (cursor !== null);
}
