import { cancel } from '../../messages/cancel';
import { cancelInput } from '../../messages/schema';
import { AGENTS, callable } from '../guard';

/** Takes back a message that was not handed to WhatsApp yet. */
export const messagesCancel = callable(
  { roles: AGENTS, input: cancelInput },
  async (member, { messageId }) => {
    await cancel(member, messageId);
    return { messageId, state: 'cancelled' as const };
  },
);
