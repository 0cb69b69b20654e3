import { resumeChannel } from '../../channels/pause';
import { channelInput } from '../../channels/schema';
import { releaseHeld } from '../../messages/due';
import { callable, SUPERVISORS } from '../guard';

/** Allows sending over a number again and releases what waited for it; safe to repeat. */
export const channelsResume = callable(
  { roles: SUPERVISORS, input: channelInput },
  async (member, input) => {
    await resumeChannel(member, input);
    return { channelId: input.channelId, released: await releaseHeld(input.channelId) };
  },
);
