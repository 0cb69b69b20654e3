import type { JobHandler } from '../jobs/run';
import { contactsMatching, countMatching } from './find';
import type { ContactFilter } from './schema';
import { forgetCounts } from './segments';
import { tagWrites, type Tagging } from './tag';

interface Input extends Tagging {
  filter: ContactFilter;
}

interface State {
  cursor: string | null;
  changed: number;
  unchanged: number;
}

/** Two writes each at most, in one commit with the job's own. */
const PAGE = 500;

/**
 * Tags all that a filter finds, 500 a step. A step's tags and the place behind it are one commit,
 * so each contact is counted once. Those who come to fit the filter while it runs are tagged if
 * their id is still ahead.
 */
export const tagJob: JobHandler<Input, State> = {
  async step({ input, state, progress }) {
    const before = state ?? { cursor: null, changed: 0, unchanged: 0 };
    const total = state ? progress.total : (await countMatching(input.filter)).count;
    const page = await contactsMatching(input.filter, before.cursor, PAGE);
    const { writes, changed } = tagWrites(page.contacts, input);
    const next = {
      cursor: page.cursor,
      changed: before.changed + changed,
      unchanged: before.unchanged + page.contacts.length - changed,
    };
    const done = next.changed + next.unchanged;
    const isDone = page.cursor === null;
    return {
      writes,
      state: next,
      progress: { done, total: isDone ? done : total },
      result: { changed: next.changed, unchanged: next.unchanged },
      isDone,
    };
  },
  done: forgetCounts,
};
