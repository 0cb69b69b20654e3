import {
  commitSize,
  deleteFamilies,
  weightOf,
  type Deleting,
  type Family,
  type Parent,
} from './cleanStep';

/** What lies below a document, as far as it was read. */
interface Gathering {
  paths: string[];
  /** Reads on until so many are there, if there are so many. */
  fill(count: number): Promise<void>;
}

/** Reads what lies below a document no further than it is asked to. */
export function gather(descendants: AsyncGenerator<string[]>): Gathering {
  const paths: string[] = [];
  return {
    paths,
    async fill(count) {
      while (paths.length < count) {
        const next = await descendants.next();
        if (next.done) return;
        paths.push(...next.value);
      }
    },
  };
}

interface Outbox {
  /** How many deletions go at once. */
  size: number;
  /** How many deletions more `maxDeletes` allows. */
  room(): number;
  add(family: Family): Promise<void>;
  flush(isDone?: boolean): Promise<void>;
}

/** Collects families until no more fit a commit. */
export function createOutbox(deleting: Deleting, maxDeletes: number): Outbox {
  const size = commitSize(deleting.run);
  let waiting: Family[] = [];
  let weight = 0;
  const outbox: Outbox = {
    size,
    room: () => maxDeletes - deleting.spent - weight,
    async add(family) {
      if (weight + weightOf(family) > size) await outbox.flush();
      waiting.push(family);
      weight += weightOf(family);
    },
    async flush(isDone = false) {
      const families = waiting;
      [waiting, weight] = [[], 0];
      await deleteFamilies(deleting, families, isDone);
    },
  };
  return outbox;
}

/** Lets a document go with what is below it; false where that is more than may go. */
export async function addFamily(
  outbox: Outbox,
  parent: Parent,
  gathering: Gathering,
): Promise<boolean> {
  const { paths } = gathering;
  for (;;) {
    const room = outbox.room();
    if (paths.length >= room) {
      // What is below goes as far as it may, and the next call finds the rest.
      if (room > 0) await outbox.add({ below: paths.splice(0, room) });
      await outbox.flush();
      return false;
    }
    const enough = Math.min(outbox.size, room);
    await gathering.fill(enough);
    if (paths.length < enough) {
      await outbox.add({ parent, below: paths });
      return true;
    }
    // More than a commit takes goes ahead of its parent.
    if (enough === outbox.size) await outbox.add({ below: paths.splice(0, outbox.size) });
  }
}
