import { threadInput } from '../../campaigns/schema';
import { thread } from '../../campaigns/thread';
import { AGENTS, callable } from '../guard';

/** A page of a conversation with the campaigns' messages in their places. */
export const conversationsThread = callable({ roles: AGENTS, input: threadInput }, thread);
