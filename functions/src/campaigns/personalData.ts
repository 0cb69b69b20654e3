import type { WriteOp } from '../platform/commit';
import { absent, increment } from '../platform/firestore';
import { now } from '../platform/clock';
import type { Erasure, PersonalData } from '../platform/personalData';
import { mapConcurrently } from '../shared/async';
import type { Person } from '../shared/person';
import { groupOf } from './callback';
import { emptyOutcomes } from './outcomes';
import { countsOf } from './rules';
import type { Chunk, Recipient, RecipientOutcome } from './schema';
import {
  campaignSnapshot,
  chunksNaming,
  createOutcomes,
  readChunk,
  readOutcomes,
  updateChunk,
  updateOutcomes,
  type Found,
  type Naming,
} from './store';

const PAGE = 50;
const CONCURRENCY = 10;

/** Under which ids campaigns know a person: who was no contact yet has an alias's. */
const idsOf = ({ contactIds, aliasIds }: Person): string[] => [
  ...new Set([...contactIds, ...aliasIds]),
];

/** What campaigns know of a person: what they were to be sent, and what came of it. */
export const campaignData: PersonalData = {
  async page(person, cursor) {
    const ids = idsOf(person);
    const { n, after } = cursor === null ? { n: 0, after: null } : (JSON.parse(cursor) as Place);
    const contactId = ids[n];
    if (contactId === undefined) return { items: [], cursor: null };
    const chunks = await chunksNaming(contactId, after, PAGE);
    // eslint-disable-next-line recado/no-firestore-in-loops -- the outcomes of each are in another campaign's documents
    const items = await mapConcurrently(chunks, CONCURRENCY, (chunk) => told(contactId, chunk));
    const last = chunks.length === PAGE ? chunks.at(-1) : undefined;
    const next: Place = last
      ? { n, after: { ...last.data, id: last.id } }
      : { n: n + 1, after: null };
    return { items, cursor: next.n < ids.length ? JSON.stringify(next) : null };
  },

  /**
   * A chunk at a time: the person's place in it and in its outcomes goes to an id without a name,
   * in one commit on the versions read. Who was not sent to yet is skipped.
   */
  async erase(person, anonymousId): Promise<Erasure> {
    // eslint-disable-next-line recado/no-firestore-in-loops -- the first of a few ids that is still named somewhere
    for (const contactId of idsOf(person)) {
      const [chunk] = await chunksNaming(contactId, null, 1);
      if (!chunk) continue;
      const { campaignId } = chunk.data;
      const [stored, outcomes] = await Promise.all([
        readChunk(campaignId, chunk.id),
        readOutcomes(campaignId, groupOf(chunk.id)),
      ]);
      if (!stored.data) return { writes: [], erased: {}, cursor: 'more' };
      const writes = [chunkWrite(stored as Found<Chunk>, contactId, anonymousId)];
      const outcome = outcomes.data?.recipients[contactId];
      if (outcomes.data) {
        const moved = outcome
          ? {
              [`recipients.${contactId}`]: absent(),
              [`recipients.${anonymousId}`]: withoutIds(outcome),
            }
          : {};
        const fields = { ...moved, erased: increment(1) };
        writes.push(updateOutcomes(campaignId, stored.data.group, fields, outcomes.version));
      } else {
        const fresh = emptyOutcomes(campaignId, stored.data.variant);
        writes.push(createOutcomes(campaignId, stored.data.group, { ...fresh, erased: 1 }));
      }
      return { writes, erased: { chunks: 1, ...(outcome ? { outcomes: 1 } : {}) }, cursor: 'more' };
    }
    return { writes: [], erased: {}, cursor: null };
  },
};

interface Place {
  /** Which of the ids. */
  n: number;
  after: { createdAt: number; campaignId: string; id: string } | null;
}

async function told(contactId: string, { id, data }: Found<Naming>): Promise<object> {
  const { campaignId, createdAt } = data;
  const [campaign, outcomes] = await Promise.all([
    campaignSnapshot(campaignId),
    readOutcomes(campaignId, groupOf(id)),
  ]);
  return {
    campaignId,
    campaign: campaign.data?.name ?? null,
    createdAt,
    recipient: data.recipients?.[contactId] ?? null,
    outcome: outcomes.data?.recipients[contactId] ?? null,
  };
}

/** WhatsApp's ids have the number in them. */
const withoutIds = (outcome: RecipientOutcome): RecipientOutcome =>
  Object.fromEntries(Object.entries(outcome).filter(([field]) => field !== 'wamid'));

function chunkWrite(
  { id, data, version }: Found<Chunk>,
  contactId: string,
  anonymousId: string,
): WriteOp {
  const { [contactId]: recipient = {}, ...others } = data.recipients;
  const left = anonymous(recipient);
  return updateChunk(
    data.campaignId,
    id,
    {
      [`recipients.${contactId}`]: absent(),
      [`recipients.${anonymousId}`]: left,
      contactIds: [...data.contactIds.filter((other) => other !== contactId), anonymousId],
      counts: countsOf({ ...others, [anonymousId]: left }),
    },
    version,
  );
}

/** What is counted. Nobody is to be sent to any more; of a send that is on its way nobody will know. */
function anonymous({ state, at, code, reason, attempts, round }: Recipient): Recipient {
  const ended: Recipient =
    state === undefined
      ? { state: 'skipped', reason: 'erased', at: now() }
      : { state: state === 'claimed' ? 'unknown' : state, ...(reason ? { reason } : {}) };
  return {
    ...(at === undefined ? {} : { at }),
    ...(code === undefined ? {} : { code }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(round === undefined ? {} : { round }),
    ...ended,
    isErased: true,
  };
}
