import { threadInput } from '../../campaigns/schema';
import { thread } from '../../campaigns/thread';
import { AGENTS } from '../guard';
import { reading } from '../reading';

/** A page of a conversation with the campaigns' messages in their places. */
export const conversationsThread = reading({ roles: AGENTS, input: threadInput }, thread);
