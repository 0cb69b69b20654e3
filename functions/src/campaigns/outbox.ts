import { batchGet } from '../batch/batchGet';
import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import { commitGroups } from '../platform/commitGroups';
import { absent } from '../platform/firestore';
import { NO_DIMENSIONS, type Fact } from '../shared/fact';
import { hashId } from '../shared/ids';
import { decodeEntry } from './facts';
import { campaigns, readChunksToTell, readOutcomesToTell, type Telling } from './store';

/** What one write to a chunk or to outcomes changed of the figures. */
export interface CampaignChange {
  id: string;
  at: number;
  source: string;
  facts: Fact[];
}

/** Documents that are told about at once. */
const PAGE = 100;
const MAX_PAGES = 20;

/**
 * Tells what campaigns' chunks and outcomes have in their outboxes, and empties those. An entry
 * comes from the commit of what it tells of and has an id, so one that is told twice, because
 * somebody wrote to its document or a run died, is recognised.
 *
 * @param tell returns when what it was given is durable
 * @returns how many entries were told
 */
export async function tellChanges(
  tell: (changes: CampaignChange[]) => Promise<void>,
): Promise<number> {
  let told = 0;
  for (const read of [readChunksToTell, readOutcomesToTell]) {
    // eslint-disable-next-line recado/no-firestore-in-loops -- what was told leaves the query before the next page is read
    for (let page = 0; page < MAX_PAGES; page++) {
      const found = await read(now(), PAGE);
      const changes = await changesOf(found);
      await tell(changes);
      told += changes.length;
      const emptied = await commitGroups(found.map(emptying));
      // Those that others write to meanwhile have a next run.
      if (found.length < PAGE || !emptied.some(({ ok }) => ok)) break;
    }
  }
  return told;
}

async function changesOf(found: readonly Telling[]): Promise<CampaignChange[]> {
  const ids = [...new Set(found.map(({ data }) => data.campaignId))];
  const owners = await batchGet(campaigns, ids, { fields: ['channelId'] });
  const channels = new Map(owners.map(({ id, data }) => [id, data?.channelId ?? null]));
  return found.flatMap(({ path, data: { campaignId, outbox } }) =>
    outbox.map(decodeEntry).map(({ id, at, facts }) => ({
      id: hashId('campaign', path, id),
      at,
      source: path,
      facts: facts.map((fact) => ({
        ...NO_DIMENSIONS,
        ...fact,
        value: null,
        campaignId,
        channelId: channels.get(campaignId) ?? null,
        direction: 'out',
        type: 'template',
      })),
    })),
  );
}

/** Fails where somebody wrote to it since it was read. */
const emptying = ({ path, version }: Telling): WriteOp[] => [
  {
    kind: 'update',
    path,
    data: { outbox: absent(), outboxSince: absent() },
    version,
  },
];
