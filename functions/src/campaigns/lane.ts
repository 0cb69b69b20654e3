import { channel } from '../channels/read';
import { campaignLeaseMs } from '../params';
import { elapsed, now } from '../platform/clock';
import { isEnding } from '../platform/lifecycle';
import { sleep } from '../platform/sleep';
import { runChunk, type Worker } from './chunkRun';
import { takeLane, type Lease } from './lease';
import { createPace, createWindow } from './pace';
import { sharesOf } from './shares';
import type { Campaign, Chunk } from './schema';
import type { Gate } from './sendBatch';
import { startLane } from './start';
import { nextChunkDueAt, readDueChunks, runningCampaigns, type Found } from './store';

/** A task has half an hour. */
const MAX_RUN_MS = 25 * 60_000;
/** A wait that is shorter than this is not worth a new task. */
const MAX_IDLE_MS = 15_000;
const POLL_MS = 500;

/**
 * Sends a lane's share of a channel's throughput, from the channel's running campaigns in turn,
 * until none of them has anything due. A lane works on one chunk at a time, and one run holds it.
 * An instance that is told to end records what it sent, gives the lane back and has another one go on.
 */
export async function runLane({
  channelId,
  lane,
}: {
  channelId: string;
  lane: number;
}): Promise<void> {
  const sender = await channel(channelId);
  const share = sender && sharesOf(sender.throughput)[lane];
  if (share === undefined || sender?.paused) return;
  const lease = await takeLane(channelId, lane, campaignLeaseMs());
  if (!lease) return;

  const end = now() + MAX_RUN_MS;
  const gate = gateOf(channelId, share, lease, end);
  try {
    await work(channelId, lane, gate);
  } finally {
    await lease.release();
  }
  if (now() >= end || isEnding()) await startLane(channelId, lane);
}

function gateOf(channelId: string, share: number, lease: Lease, end: number): LaneGate {
  let isPaused = false;
  return {
    window: createWindow(share, elapsed),
    pace: createPace(share),
    isClosed: () => isPaused || isEnding() || !lease.isHeld() || now() >= end,
    async look() {
      isPaused = Boolean((await channel(channelId))?.paused);
    },
  };
}

interface LaneGate extends Gate {
  /** Sees whether the channel was paused meanwhile. */
  look(): Promise<void>;
}

async function work(channelId: string, lane: number, gate: LaneGate): Promise<void> {
  let turn = lane;
  let idleUntil = now() + MAX_IDLE_MS;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a chunk after the other, as they become due
  while (!gate.isClosed()) {
    await gate.look();
    const campaigns = await runningCampaigns(channelId);
    const chunk = await nextChunk(campaigns, turn++);
    if (chunk) {
      await runChunk(workerOf(channelId, chunk, gate), chunk);
      idleUntil = now() + MAX_IDLE_MS;
      continue;
    }
    const dueAt = await nextDue(campaigns);
    if (dueAt === undefined || dueAt > idleUntil) return;
    await sleep(Math.max(POLL_MS, dueAt - now()));
  }
}

function workerOf(channelId: string, { data }: Found<Chunk>, gate: LaneGate): Worker {
  return {
    gate,
    leaseMs: campaignLeaseMs(),
    async campaign(): Promise<Campaign | undefined> {
      await gate.look();
      const found = await runningCampaigns(channelId);
      return found.find(({ id }) => id === data.campaignId)?.data;
    },
  };
}

/** Due chunks that were read and not begun; another lane may begin them first. */
const READ_AHEAD = 2;

/** A chunk that is due, of the campaign whose turn it is, else of the next one. */
async function nextChunk(
  campaigns: Found<Campaign>[],
  turn: number,
): Promise<Found<Chunk> | undefined> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- until one has something; mostly the first
  for (let n = 0; n < campaigns.length; n++) {
    const campaign = campaigns[(turn + n) % campaigns.length];
    const due = campaign ? await readDueChunks(campaign.id, now(), READ_AHEAD) : [];
    // Lanes that look at once should not all reach for the same one.
    const chunk = due[turn % due.length];
    if (chunk) return chunk;
  }
  return undefined;
}

async function nextDue(campaigns: Found<Campaign>[]): Promise<number | undefined> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- a handful, when there is nothing to send
  const times = await Promise.all(campaigns.map(({ id }) => nextChunkDueAt(id)));
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
