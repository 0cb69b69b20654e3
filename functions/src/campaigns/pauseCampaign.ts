import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { log } from '../platform/log';
import { forgetCampaign, readCampaign, updateCampaign } from './store';

/** Pauses a running campaign that cannot go on by itself, and alerts. `code` is WhatsApp's. */
export async function pauseCampaign(
  campaignId: string,
  { reason, code }: { reason: string; code: number | null },
): Promise<void> {
  const { data, version } = await readCampaign(campaignId);
  if (data?.status !== 'running' || !version) return;
  try {
    await commit([
      updateCampaign(
        campaignId,
        { status: 'paused', paused: { reason, code, at: now() }, updatedAt: now() },
        version,
      ),
    ]);
    log.error('a campaign is paused', { campaignId, reason, code });
  } catch (error) {
    // Whoever changed it meanwhile knows better; the next refusal asks again.
    if (!isConflict(error)) throw error;
  }
  forgetCampaign(campaignId, data.channelId);
}
