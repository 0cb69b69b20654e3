import { batchGet } from '../batch/batchGet';
import { collection, type Collection } from '../batch/collection';
import { createCache } from '../platform/cache';
import type { WriteOp } from '../platform/commit';
import { db, read, readGroup, readQuery, type Read, type Version } from '../platform/firestore';
import type { Campaign, Chunk, GroupOutcomes, ListRow, Recipient } from './schema';

export type Found<T> = Read<T> & { data: T };

const path = (id: string): string => `campaigns/${id}`;
const chunkPath = (id: string, chunkId: string): string => `${path(id)}/chunks/${chunkId}`;
const outcomesPath = (id: string, group: string): string => `${path(id)}/outcomes/${group}`;

export const campaigns: Collection<Campaign> = collection<Campaign>('campaigns');
export const chunksOfCampaign = (id: string): Collection<Chunk> =>
  collection<Chunk>(`${path(id)}/chunks`);
export const outcomesOfCampaign = (id: string): Collection<GroupOutcomes> =>
  collection<GroupOutcomes>(`${path(id)}/outcomes`);
export const rowsOfCampaign = (id: string): Collection<{ rows: ListRow[] }> =>
  collection<{ rows: ListRow[] }>(`${path(id)}/rows`);

export const readCampaign = (id: string): Promise<Read<Campaign>> => read<Campaign>(path(id));

/** How long what was decided of a campaign may go unnoticed by another instance. */
const CAMPAIGN_TTL_MS = 3_000;
const snapshots = createCache<Read<Campaign>>({ name: 'campaigns', maxAgeMs: CAMPAIGN_TTL_MS });

/** A campaign as it was at most 3 s ago. */
export const campaignSnapshot = (id: string): Promise<Read<Campaign>> =>
  snapshots.get(id, () => readCampaign(id));

const MAX_ACTIVE = 200;
const running = createCache<Found<Campaign>[]>({ name: 'running', maxAgeMs: CAMPAIGN_TTL_MS });

/** The running campaigns of a channel as they were at most 3 s ago. */
export const runningCampaigns = (channelId: string): Promise<Found<Campaign>[]> =>
  running.get(channelId, () =>
    readQuery<Campaign>(
      db()
        .collection('campaigns')
        .where('channelId', '==', channelId)
        .where('status', '==', 'running')
        .limit(MAX_ACTIVE),
    ),
  );

/** Forgets what is kept of a campaign, after it was changed here. */
export function forgetCampaign(id: string, channelId: string): void {
  snapshots.delete(id);
  running.delete(channelId);
}

/** The campaigns that the minute's schedule looks after. */
export const readOpenCampaigns = (): Promise<Found<Campaign>[]> =>
  readQuery<Campaign>(db().collection('campaigns').where('isOpen', '==', true).limit(MAX_ACTIVE));

export const createCampaign = (id: string, data: Campaign): WriteOp => ({
  kind: 'create',
  path: path(id),
  data,
});

/** Fails where the campaign is missing, or not at `version` any more. */
export const updateCampaign = (
  id: string,
  data: Partial<Campaign> | Record<string, unknown>,
  version?: Version,
): WriteOp => ({ kind: 'update', path: path(id), data, ...(version ? { version } : {}) });

/** Rows a document; with their columns they stay below its 1 MiB. */
export const ROWS_PER_PART = 500;
export const rowsId = (listId: string, part: number): string => `${listId}_${part}`;

export const readChunk = (id: string, chunkId: string): Promise<Read<Chunk>> =>
  read<Chunk>(chunkPath(id, chunkId));

/** The chunks that have to be looked at, longest waiting first. */
export const readDueChunks = (id: string, now: number, limit: number): Promise<Found<Chunk>[]> =>
  readQuery<Chunk>(
    db()
      .collection(`${path(id)}/chunks`)
      .where('dueAt', '<=', now)
      .orderBy('dueAt')
      .limit(limit),
  );

/** The chunks with doubts that have to be settled. */
export const readChunksInDoubt = (
  id: string,
  now: number,
  limit: number,
): Promise<Found<Chunk>[]> =>
  readQuery<Chunk>(
    db()
      .collection(`${path(id)}/chunks`)
      .where('doubtsDueAt', '<=', now)
      .orderBy('doubtsDueAt')
      .limit(limit),
  );

/** When the next chunk is due; `undefined` where none will be. One read. */
export async function nextChunkDueAt(id: string): Promise<number | undefined> {
  const [next] = await readQuery<Pick<Chunk, 'dueAt'>>(
    db()
      .collection(`${path(id)}/chunks`)
      .orderBy('dueAt')
      .limit(1)
      .select('dueAt'),
  );
  return next?.data.dueAt;
}

const MAX_IN_THREAD = 100;

/** The chunks, of any campaign, with a contact's messages, latest first; only that contact of them. */
export function chunksWith(contactId: string, before: number | undefined): Promise<Found<Chunk>[]> {
  const all = db().collectionGroup('chunks').where('contactIds', 'array-contains', contactId);
  const older = before === undefined ? all : all.where('createdAt', '<=', before);
  return readQuery<Chunk>(
    older
      .orderBy('createdAt', 'desc')
      .limit(MAX_IN_THREAD)
      .select('campaignId', 'channelId', 'group', 'variant', `recipients.${contactId}`),
  );
}

/** What a chunk has of one recipient. One read. */
export async function recipientIn(
  id: string,
  chunkId: string,
  contactId: string,
): Promise<Recipient | undefined> {
  const fields = [`recipients.${contactId}`];
  const [chunk] = await batchGet(chunksOfCampaign(id), [chunkId], { fields });
  return chunk?.data?.recipients[contactId];
}

/** Of a chunk, who is in it and where it is; of one person, all that it knows. */
export type Naming = Pick<Chunk, 'campaignId' | 'group' | 'createdAt'> & Partial<Chunk>;

/** The chunks of any campaign that name a contact, latest first; only that contact of them. */
export function chunksNaming(
  contactId: string,
  after: { createdAt: number; campaignId: string; id: string } | null,
  limit: number,
): Promise<Found<Naming>[]> {
  const all = db()
    .collectionGroup('chunks')
    .where('contactIds', 'array-contains', contactId)
    .orderBy('createdAt', 'desc')
    .orderBy('__name__', 'desc')
    .limit(limit)
    .select('campaignId', 'group', 'createdAt', `recipients.${contactId}`);
  return readQuery<Naming>(
    after ? all.startAfter(after.createdAt, db().doc(chunkPath(after.campaignId, after.id))) : all,
  );
}

export const createChunk = (id: string, chunkId: string, data: Chunk): WriteOp => ({
  kind: 'create',
  path: chunkPath(id, chunkId),
  data,
});

/** Fails where the chunk is missing, or not at `version` any more. */
export const updateChunk = (
  id: string,
  chunkId: string,
  data: Record<string, unknown>,
  version?: Version,
): WriteOp => ({
  kind: 'update',
  path: chunkPath(id, chunkId),
  data,
  ...(version ? { version } : {}),
});

export const readOutcomes = (id: string, group: string): Promise<Read<GroupOutcomes>> =>
  read<GroupOutcomes>(outcomesPath(id, group));

/** The write that takes somebody's rows off a part of a list; fails where it changed since. */
export const updateRows = (
  id: string,
  part: string,
  rows: ListRow[],
  version: Version,
): WriteOp => ({
  kind: 'update',
  path: `${path(id)}/rows/${part}`,
  data: { rows },
  version,
});

export const createOutcomes = (id: string, group: string, data: GroupOutcomes): WriteOp => ({
  kind: 'create',
  path: outcomesPath(id, group),
  data,
});

export const updateOutcomes = (
  id: string,
  group: string,
  data: Record<string, unknown>,
  version?: Version,
): WriteOp => ({
  kind: 'update',
  path: outcomesPath(id, group),
  data,
  ...(version ? { version } : {}),
});

/** A chunk, or a group's outcomes, with something in its outbox. */
export interface Telling {
  path: string;
  data: { campaignId: string; outbox: string[] };
  version: Version;
}

/** Chunks that have to be told about, of any campaign; a read each. */
export const readChunksToTell = (now: number, limit: number): Promise<Telling[]> =>
  readToTell('chunks', now, limit);
/** Outcomes that have to be told about. */
export const readOutcomesToTell = (now: number, limit: number): Promise<Telling[]> =>
  readToTell('outcomes', now, limit);

async function readToTell(group: string, now: number, limit: number): Promise<Telling[]> {
  const query = db()
    .collectionGroup(group)
    .where('outboxSince', '<=', now)
    .orderBy('outboxSince')
    .limit(limit)
    .select('campaignId', 'outbox');
  return (await readGroup(query)) as Telling[];
}

/** How far the expansion of an audience is. */
export interface Expansion {
  cursor: string | null;
  /** Groups made so far. */
  groups: number;
  recipients: number;
  /** Recipients a chunk. */
  chunkSize: number;
  excluded: Campaign['excluded'];
  isDone: boolean;
  /** The step that wrote it, to know one's own again after a lost answer. */
  stepId: string;
}

const expansionPath = (id: string): string => `${path(id)}/jobs/expansion`;
export const readExpansion = (id: string): Promise<Read<Expansion>> =>
  read<Expansion>(expansionPath(id));

/** Each step demands the version that the one before it wrote: two runs cannot both go on. */
export const writeExpansion = (id: string, data: Expansion, version?: Version): WriteOp =>
  version
    ? { kind: 'update', path: expansionPath(id), data: { ...data }, version }
    : { kind: 'create', path: expansionPath(id), data };

/** `lanes/{channelId}_{n}`: who sends in a lane, and until when at the latest. */
export interface Lane {
  channelId: string;
  holder: string | null;
  until: number;
}

const lanePath = (channelId: string, lane: number): string => `lanes/${channelId}_${lane}`;
export const readLane = (channelId: string, lane: number): Promise<Read<Lane>> =>
  read<Lane>(lanePath(channelId, lane));

export const writeLane = (
  channelId: string,
  lane: number,
  data: Lane,
  version?: Version,
): WriteOp =>
  version
    ? { kind: 'update', path: lanePath(channelId, lane), data: { ...data }, version }
    : { kind: 'create', path: lanePath(channelId, lane), data };
