import { randomUUID } from 'node:crypto';
import { aliasIds } from '../../../functions/lib/contacts/rules.js';
import { conversationIdOf } from '../../../functions/lib/conversations/rules.js';
import { LOCAL } from '../../lib/localConfig.ts';
import type { SimulatorClient } from '../../whatsapp-simulator/client.ts';

/** Sends of a run: one to each customer. The callable takes as many at once. */
export const COUNT = 300;
const PHONES = Array.from({ length: COUNT }, (_, n) => String(34_630_000_000 + n));

export interface Intent {
  idempotencyKey: string;
  conversationId: string;
  message: { type: 'text'; text: { body: string } };
  phone: string;
}

export const makeIntents = (): Intent[] =>
  PHONES.map((phone) => ({
    idempotencyKey: randomUUID(),
    conversationId: conversationIdOf(
      LOCAL.channelId,
      aliasIds({ phone: `+${phone}` })[0] as string,
    ),
    message: { type: 'text', text: { body: 'Your order is ready, we open at nine.' } },
    phone,
  }));

/** Every customer writes, so that each has a conversation in which free text may be sent. */
export async function openConversations(
  simulator: SimulatorClient,
  phones: readonly string[] = PHONES,
): Promise<void> {
  for (let from = 0; from < phones.length; from += PER_POST) {
    const customers = phones.slice(from, from + PER_POST);
    await simulator.inbound({
      customers: customers.map((waId) => ({ waId, messages: [{ type: 'text', text: 'Hola' }] })),
    });
  }
  await simulator.idle(60_000);
}

const PER_POST = 300;
