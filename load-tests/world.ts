import { aliasIds } from '../functions/lib/contacts/rules.js';
import { conversationIdOf } from '../functions/lib/conversations/rules.js';

/** Digits of a customer's number. */
export const phoneOf = (customer: number): string => String(34_660_000_000 + customer);

/** The conversation that a customer has over a channel. */
export const conversationOf = (channelId: string, customer: number): string =>
  conversationIdOf(channelId, aliasIds({ phone: `+${phoneOf(customer)}` })[0] as string);
