import { markRead } from '../../conversations/markRead';
import { markReadInput } from '../../conversations/schema';
import { secrets } from '../../params';
import { AGENTS, callable } from '../guard';

/** Sets the unread count to zero and shows the customer blue ticks. */
export const conversationsMarkRead = callable(
  {
    roles: AGENTS,
    input: markReadInput,
    limit: 'whatsapp',
    options: { secrets: [secrets.whatsappToken] },
  },
  async (member, input) => {
    await markRead(member, input);
    return { conversationId: input.conversationId };
  },
);
