import { pauseChannel } from '../../channels/pause';
import { pauseInput } from '../../channels/schema';
import { callable, SUPERVISORS } from '../guard';

/** Stops sending over a number; what is queued waits. */
export const channelsPause = callable(
  { roles: SUPERVISORS, input: pauseInput },
  async (member, input) => {
    await pauseChannel(member, input);
    return { channelId: input.channelId };
  },
);
