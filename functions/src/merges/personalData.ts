import { batchQuery } from '../batch/batchQuery';
import type { PersonalData } from '../platform/personalData';
import type { Person } from '../shared/person';
import { mergedConversations, mergePath, merges } from './store';

/** A merge has a conversation a channel at most; few have more than one. */
const MAX_MERGES = 50;

/** The merges that a person's contacts were in. */
const mergesOf = ({ contactIds }: Person, cursor: string | null) =>
  batchQuery(
    merges,
    [{ where: [['winnerId', 'in', contactIds]] }, { where: [['loserId', 'in', contactIds]] }],
    { limit: MAX_MERGES, cursor },
  );

/** What contacts and conversations were before they were merged, kept to undo it. */
export const mergeData: PersonalData = {
  async page(person, cursor) {
    const page = await mergesOf(person, cursor);
    const items = await Promise.all(
      // eslint-disable-next-line recado/no-firestore-in-loops -- each has a collection of its own; few people have one
      page.items.map(async ({ id, data }) => {
        const kept = await batchQuery(mergedConversations(id), [{ where: [] }]);
        return { id, ...data, conversations: kept.items.map((item) => item.data) };
      }),
    );
    return { items, cursor: page.cursor };
  },
  async erase(person) {
    const page = await mergesOf(person, null);
    const kept = await Promise.all(
      // eslint-disable-next-line recado/no-firestore-in-loops -- each has a collection of its own; few people have one
      page.items.map(({ id }) =>
        batchQuery(mergedConversations(id), [{ where: [] }], { fields: ['winnerId'] }),
      ),
    );
    const paths = page.items.flatMap(({ id }, index) => [
      ...(kept[index]?.items ?? []).map((item) => `${mergedConversations(id).path}/${item.id}`),
      mergePath(id),
    ]);
    return {
      writes: paths.map((path) => ({ kind: 'delete', path })),
      erased: page.items.length > 0 ? { merges: page.items.length } : {},
      // Those that are gone are not found again.
      cursor: page.cursor === null ? null : 'more',
    };
  },
};
