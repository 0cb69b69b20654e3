import { setStatus } from '../../conversations/setStatus';
import { setStatusInput } from '../../conversations/schema';
import { AGENTS, callable } from '../guard';

/** Opens, parks, snoozes or resolves a conversation. */
export const conversationsSetStatus = callable(
  { roles: AGENTS, input: setStatusInput },
  async (member, input) => {
    await setStatus(member, input);
    return { conversationId: input.conversationId };
  },
);
