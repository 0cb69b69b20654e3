import { batchQuery } from '../batch/batchQuery';
import type { PersonalData } from '../platform/personalData';
import { mentions, withoutPerson, type Person } from '../shared/person';
import type { Job } from './schema';
import { jobs, updateJob } from './store';

const PAGE = 50;

async function look(person: Person, cursor: string | null) {
  const page = await batchQuery(jobs, [{ where: [] }], { limit: PAGE, cursor });
  const found = page.items.filter(({ data }) => mentions(person, JSON.stringify(partsOf(data))));
  return { found, cursor: page.cursor };
}

const partsOf = ({ input, state, result, error }: Job) => ({ input, state, result, error });

/** Jobs that name a person. Those that go on are left: what they hold is theirs until they end. */
export const jobData: PersonalData = {
  async page(person, cursor) {
    const looked = await look(person, cursor);
    return {
      items: looked.found.map(({ id, data: { kind, input, result, createdAt } }) => ({
        ...{ id, kind, input, result, createdAt },
      })),
      cursor: looked.cursor,
    };
  },
  async erase(person, anonymousId, cursor) {
    const looked = await look(person, cursor);
    const over = looked.found.filter(({ data }) => data.endedAt !== null);
    return {
      writes: over.map(({ id, data, version }) =>
        updateJob(
          id,
          withoutPerson(person, anonymousId, partsOf(data)) as Record<string, unknown>,
          version,
        ),
      ),
      erased: over.length > 0 ? { jobs: over.length } : {},
      cursor: looked.cursor,
    };
  },
};
