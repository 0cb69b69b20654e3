import { goOnWithCampaigns } from '../../campaigns/start';
import { resumeChannel } from '../../channels/pause';
import { channelInput } from '../../channels/schema';
import { releaseHeld } from '../../messages/due';
import { callable, SUPERVISORS } from '../guard';

/** Allows sending over a number again: what waited for it, and its campaigns, go on. Safe to repeat. */
export const channelsResume = callable(
  { roles: SUPERVISORS, input: channelInput },
  async (member, input) => {
    await resumeChannel(member, input);
    const [released] = await Promise.all([
      releaseHeld(input.channelId),
      goOnWithCampaigns(input.channelId),
    ]);
    return { channelId: input.channelId, released };
  },
);
