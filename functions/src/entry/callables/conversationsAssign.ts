import { assign } from '../../conversations/assign';
import { assignInput } from '../../conversations/schema';
import { AGENTS, callable } from '../guard';

/** Gives a conversation to a member of the team, or to nobody. */
export const conversationsAssign = callable(
  { roles: AGENTS, input: assignInput },
  async (member, input) => {
    await assign(member, input);
    return { conversationId: input.conversationId };
  },
);
