import { now } from '../platform/clock';
import { nextChunkDueAt, readOpenCampaigns } from './store';

/** How a campaign that is not over goes. */
export interface AtWork {
  id: string;
  channelId: string;
  /** Why it is paused, if an error did that; `code` is WhatsApp's. */
  pausedBy: { reason: string; code: number } | null;
  /** How long something of it has been due without anybody working on it, in ms; 0: it goes on. */
  stalledMs: number;
}

/** The campaigns that run or are paused. A read each, and another for each that runs. */
export async function campaignsAtWork(): Promise<AtWork[]> {
  const open = (await readOpenCampaigns()).filter(
    ({ data: { status } }) => status === 'running' || status === 'paused',
  );
  const dueAt = await Promise.all(
    // eslint-disable-next-line recado/no-firestore-in-loops -- a handful at a time: those that run
    open.map(async ({ id, data }) => (data.status === 'running' ? nextChunkDueAt(id) : undefined)),
  );
  return open.map(({ id, data: { channelId, paused } }, n) => ({
    id,
    channelId,
    pausedBy:
      paused?.code === null || !paused ? null : { reason: paused.reason, code: paused.code },
    stalledMs: Math.max(0, now() - (dueAt[n] ?? now())),
  }));
}
