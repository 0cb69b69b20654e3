import { sendBulk } from '../../messages/send';
import { sendBulkInput } from '../../messages/schema';
import { AGENTS, callable, wireResult } from '../guard';

/** Sends up to 500 messages, each with its own result. */
export const messagesSendBulk = callable(
  {
    roles: AGENTS,
    input: sendBulkInput,
    limit: 'bulk',
    amountOf: ({ messages }) => messages.length,
    options: { timeoutSeconds: 120 },
  },
  async (member, { messages }) => ({ results: (await sendBulk(member, messages)).map(wireResult) }),
);
