import { channel } from '../channels/read';
import { log } from '../platform/log';
import { enqueue } from '../platform/tasks';
import { newId } from '../shared/ids';
import { sharesOf } from './shares';
import { runningCampaigns } from './store';

/** How long Cloud Tasks lets a task run; longer ones hand over to the next. */
const MAX_RUN_SECONDS = 1_800;

/** Starts, or goes on with, putting the audience into chunks; of two runs one stops. */
export async function enqueueExpansion(campaignId: string): Promise<void> {
  await tryEnqueue('campaigns-expand', { campaignId }, newId());
}

/**
 * Starts the lanes of a channel; one that runs already takes no second run. What cannot be started
 * now is started by the minute's schedule.
 */
export async function startLanes(channelId: string): Promise<void> {
  const sender = await channel(channelId);
  if (!sender || sender.paused) return;
  const lanes = sharesOf(sender.throughput);
  await Promise.all(lanes.map((_, lane) => startLane(channelId, lane)));
}

/** Starts the lanes of a channel whose pause is over, if it has a campaign to go on with. */
export async function goOnWithCampaigns(channelId: string): Promise<void> {
  if ((await runningCampaigns(channelId)).length > 0) await startLanes(channelId);
}

export const startLane = (channelId: string, lane: number): Promise<void> =>
  tryEnqueue('campaigns-lane', { channelId, lane }, newId());

async function tryEnqueue(
  queue: string,
  payload: Record<string, unknown>,
  key: string,
): Promise<void> {
  try {
    await enqueue(queue, payload, { key, deadlineSeconds: MAX_RUN_SECONDS });
  } catch (error) {
    log.warn('a task could not be created; the schedule will', { queue, error });
  }
}
