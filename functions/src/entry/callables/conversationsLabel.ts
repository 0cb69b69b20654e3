import { label } from '../../conversations/label';
import { labelInput } from '../../conversations/schema';
import { AGENTS, callable } from '../guard';

/** Adds labels to a conversation and removes them. */
export const conversationsLabel = callable(
  { roles: AGENTS, input: labelInput },
  async (member, input) => {
    await label(member, input);
    return { conversationId: input.conversationId };
  },
);
