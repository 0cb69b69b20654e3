import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { log } from '../platform/log';
import { forgetCampaign, readCampaign, updateCampaign } from './store';

/** Pauses a running campaign because of what WhatsApp answered, and alerts. */
export async function pauseAfterSend(
  campaignId: string,
  { reason, code }: { reason: string; code: number },
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
