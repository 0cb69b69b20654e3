import { send } from '../../messages/send';
import { sendInput } from '../../messages/schema';
import { AGENTS, callable } from '../guard';

/** Sends one message of any type, now or at a time. */
export const messagesSend = callable({ roles: AGENTS, input: sendInput, limit: 'send' }, send);
