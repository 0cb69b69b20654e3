import { chunksOf } from '../batch/chunk';
import { sizeOf } from '../shared/size';
import { channel } from '../channels/read';
import { campaignMicroBatch } from '../params';
import { now } from '../platform/clock';
import { commit, isConflict, type WriteOp } from '../platform/commit';
import type { Version } from '../platform/firestore';
import { log } from '../platform/log';
import { AppError } from '../shared/errors';
import { newId } from '../shared/ids';
import {
  audiencePage,
  contactIdPages,
  recipientsOf,
  sizeOfAudience,
  type Candidate,
} from './audience';
import { pauseCampaign } from './pauseCampaign';
import { planCandidate, planOf, type Plan, type Planned } from './plan';
import { countsOf, evenChunkSize, MAX_CHUNK } from './rules';
import { sharesOf } from './shares';
import type { Campaign, Chunk } from './schema';
import { enqueueExpansion, startLanes } from './start';
import {
  campaignSnapshot,
  createChunk,
  forgetCampaign,
  readCampaign,
  readExpansion,
  updateCampaign,
  writeExpansion,
  type Expansion,
} from './store';
import { templatesOf } from './templates';

/** A chunk with its values stays far below a document's 1 MiB. */
const CHUNK_BYTES = 600_000;
/** Chunks whose outcomes share a document: so many, and not more recipients than these. */
const GROUP = { chunks: 8, recipients: 3_000 };
/** What a step gathers before it writes: less than the emulator's 4 MiB a commit. */
const STEP = { bytes: 2_000_000, maxBytes: 3_500_000, seen: 30_000 };
/** What a recipient with long values takes: how many are read at once before any was seen. */
const LARGE_RECIPIENT_BYTES = 10_000;
const SMALL_RECIPIENT_BYTES = 200;
/** A task has half an hour; what is left goes on in the next one. */
const MAX_RUN_MS = 20 * 60_000;

const NEW: Expansion = {
  cursor: null,
  groups: 0,
  recipients: 0,
  excluded: {},
  isDone: false,
  stepId: '',
  chunkSize: MAX_CHUNK,
};

/**
 * Puts the audience of a running campaign into chunks, from where the last run stopped. A step's
 * chunks and the place after it are one commit that demands the place before it, so nobody gets
 * into two chunks, whatever crashes and however many runs there are at once.
 */
export async function expand(campaignId: string): Promise<void> {
  try {
    await expandSteps(campaignId);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'failed-precondition') throw error;
    // Nothing that another try would change: a person has to look at it.
    const { reason } = error.details;
    await pauseCampaign(campaignId, {
      reason: typeof reason === 'string' ? reason : error.code,
      code: null,
    });
  }
}

async function expandSteps(campaignId: string): Promise<void> {
  const { data: campaign } = await readCampaign(campaignId);
  if (!campaign || campaign.isExpanded || campaign.status !== 'running') return;
  const [job, templates, excludedIds] = await Promise.all([
    readExpansion(campaignId),
    templatesOf(campaign),
    recipientsOf(campaign.exclude.campaignIds),
  ]);
  const plan = planOf(campaignId, campaign, templates, excludedIds, campaign.launchedAt ?? now());
  const end = now() + MAX_RUN_MS;
  let state = job.data ?? { ...NEW, chunkSize: await chunkSizeFor(campaign) };
  let { version } = job;
  // Only a list can name one person twice: by two numbers that became one contact's.
  const known = campaign.audience.kind === 'list' ? await placedContacts(campaignId) : undefined;
  let bytesEach = LARGE_RECIPIENT_BYTES;

  // eslint-disable-next-line recado/no-firestore-in-loops -- a step after the other, each from where the last one ended
  while (!state.isDone) {
    if ((await campaignSnapshot(campaignId)).data?.status === 'cancelled') return;
    const step = await gather(plan, state, known, bytesEach);
    ({ bytesEach } = step);
    const written = await writeStep(plan, state, step, version);
    if (!written) {
      log.info('an expansion goes on elsewhere', { campaignId });
      return;
    }
    const isFirst = state.groups === 0;
    ({ state, version } = written);
    if (isFirst || state.isDone) await startLanes(campaign.channelId);
    if (now() > end && !state.isDone) return enqueueExpansion(campaignId);
  }
  forgetCampaign(campaignId, campaign.channelId);
}

/** Whom earlier steps of a list's expansion have put into chunks. */
async function placedContacts(campaignId: string): Promise<Set<string>> {
  const placed = new Set<string>();
  for await (const ids of contactIdPages(campaignId)) for (const id of ids) placed.add(id);
  return placed;
}

interface Step {
  /** When it began to read; what somebody wished before is decided. */
  readAt: number;
  planned: Planned[];
  excluded: Campaign['excluded'];
  cursor: string | null;
  /** What a recipient takes, as far as is known. */
  bytesEach: number;
}

/**
 * Reads on from the place until there is enough for a step, or the audience ends. Enough is a
 * group's whole chunks: any that is cut short would be one too many for the lanes to end together.
 */
async function gather(
  plan: Plan,
  { cursor: from, chunkSize }: Expansion,
  known: Set<string> | undefined,
  bytesEach: number,
): Promise<Step> {
  const readAt = now();
  const enough = Math.floor(GROUP.recipients / chunkSize) * chunkSize;
  const planned: Planned[] = [];
  let excluded: Campaign['excluded'] = {};
  let cursor = from;
  let bytes = 0;
  let seen = 0;
  let isEnough = false;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  while (!isEnough) {
    const limit = Math.min(enough - planned.length, Math.ceil((STEP.bytes - bytes) / bytesEach));
    const page = await audiencePage(plan.campaignId, plan.campaign, cursor, limit);
    const decided = decide(plan, page.candidates, known);
    if (decided.planned.length > 0) {
      bytesEach = Math.max(SMALL_RECIPIENT_BYTES, decided.bytes / decided.planned.length);
    }
    // Recipients much larger than the ones before are read again, fewer at once.
    if (bytes + decided.bytes > STEP.maxBytes && limit > 1) {
      if (planned.length > 0) break;
      continue;
    }
    for (const { id } of decided.planned) known?.add(id);
    planned.push(...decided.planned);
    excluded = added(excluded, decided.excluded);
    bytes += decided.bytes;
    seen += page.seen;
    ({ cursor } = page);
    isEnough =
      cursor === null ||
      planned.length > enough - chunkSize ||
      bytes >= STEP.bytes ||
      seen >= STEP.seen;
  }
  return { readAt, planned, excluded, cursor, bytesEach };
}

/** Who of some candidates becomes a recipient. */
function decide(
  plan: Plan,
  candidates: readonly Candidate[],
  known: ReadonlySet<string> | undefined,
): Pick<Step, 'planned' | 'excluded'> & { bytes: number } {
  const planned = new Map<string, Planned>();
  const excluded: Campaign['excluded'] = {};
  let bytes = 0;
  for (const candidate of candidates) {
    const isDouble = known && (known.has(candidate.id) || planned.has(candidate.id));
    const decided = isDouble
      ? ({ id: candidate.id, reason: 'duplicate' } as const)
      : planCandidate(plan, candidate);
    if ('reason' in decided) {
      excluded[decided.reason] = (excluded[decided.reason] ?? 0) + 1;
    } else {
      planned.set(decided.id, decided);
      bytes += sizeOf(decided.recipient);
    }
  }
  return { planned: [...planned.values()], excluded, bytes };
}

async function writeStep(
  plan: Plan,
  state: Expansion,
  { readAt, planned, excluded, cursor }: Step,
  version: Version | undefined,
): Promise<{ state: Expansion; version: Version } | undefined> {
  const { campaignId } = plan;
  const groups = groupsOf(planned, state.chunkSize);
  const next: Expansion = {
    cursor,
    groups: state.groups + groups.length,
    recipients: state.recipients + planned.length,
    excluded: added(state.excluded, excluded),
    isDone: cursor === null,
    stepId: newId(),
    chunkSize: state.chunkSize,
  };
  const writes: WriteOp[] = [writeExpansion(campaignId, next, version)];
  for (const [index, chunks] of groups.entries()) {
    const group = String(state.groups + index);
    for (const [n, members] of chunks.entries()) {
      writes.push(createChunk(campaignId, `${group}-${n}`, chunkOf(plan, group, members, readAt)));
    }
  }
  writes.push(
    updateCampaign(campaignId, {
      'totals.recipients': next.recipients,
      excluded: next.excluded,
      groups: next.groups,
      ...(next.isDone ? { isExpanded: true, updatedAt: now() } : {}),
    }),
  );
  try {
    return { state: next, version: await commit(writes) };
  } catch (error) {
    if (!isConflict(error)) throw error;
    const stored = await readExpansion(campaignId);
    // The commit's answer may have got lost: then what is stored is this very step.
    return stored.version && stored.data?.stepId === next.stepId
      ? { state: next, version: stored.version }
      : undefined;
  }
}

/** So large that the lanes of the channel are done at the same time. */
async function chunkSizeFor(campaign: Campaign): Promise<number> {
  const [size, sender] = await Promise.all([sizeOfAudience(campaign), channel(campaign.channelId)]);
  const lanes = sharesOf(sender?.throughput ?? 1).length;
  return evenChunkSize(size, lanes, campaignMicroBatch());
}

/** By time and variant, because a chunk goes out as one; then by size. */
function groupsOf(planned: readonly Planned[], chunkSize: number): Planned[][][] {
  const buckets = Map.groupBy(
    planned,
    ({ sendAt, zone, variant }) => `${sendAt} ${zone} ${variant}`,
  );
  return [...buckets.values()].flatMap((members) => {
    const limits = { count: chunkSize, bytes: CHUNK_BYTES };
    const chunks = chunksOf(members, limits, ({ recipient }) => sizeOf(recipient));
    const ofGroup = { count: GROUP.chunks, bytes: GROUP.recipients };
    return chunksOf(chunks, ofGroup, ({ length }) => length);
  });
}

function chunkOf(
  { campaignId, campaign }: Plan,
  group: string,
  members: Planned[],
  readAt: number,
): Chunk {
  const [{ sendAt, zone, variant }] = members as [Planned];
  const recipients = Object.fromEntries(members.map(({ id, recipient }) => [id, recipient]));
  return {
    campaignId,
    channelId: campaign.channelId,
    group,
    variant,
    ...(zone === null ? {} : { zone }),
    createdAt: readAt,
    sendAt,
    // The rest of a test waits until it is decided.
    ...(variant === null ? {} : { dueAt: sendAt }),
    counts: countsOf(recipients),
    contactIds: members.map(({ id }) => id),
    recipients,
  };
}

const added = (a: Campaign['excluded'], b: Campaign['excluded']): Campaign['excluded'] =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => {
      const reason = key as keyof Campaign['excluded'];
      return [reason, (a[reason] ?? 0) + (b[reason] ?? 0)];
    }),
  );
