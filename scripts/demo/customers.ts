import type { BulkInbound } from '../whatsapp-simulator/types.ts';

export const CUSTOMERS = 50;
export const MESSAGES_EACH = 4;

export const phoneOf = (customer: number): string => String(34_610_000_000 + customer);

/** What each customer writes: four messages of kinds that take turns. */
export function customerMessages(): BulkInbound['customers'] {
  return Array.from({ length: CUSTOMERS }, (_, customer) => ({
    waId: phoneOf(customer),
    name: `Customer ${customer}`,
    // Some write under a business-scoped id too, as WhatsApp shows it since 2026.
    ...(customer % 3 === 0 ? { bsuid: `ES.${customer}` } : {}),
    messages: Array.from(
      { length: MESSAGES_EACH },
      (_each, n) => KINDS[(customer + n) % KINDS.length]?.() as Message,
    ),
  }));
}

type Message = BulkInbound['customers'][number]['messages'][number];

const KINDS: (() => Message)[] = [
  () => ({ type: 'text', text: { body: 'Hola, ¿tienen hora mañana?' } }),
  () => ({ type: 'image', image: { caption: 'esto' } }),
  () => ({ type: 'location', location: { latitude: 40.4, longitude: -3.7 } }),
  () => ({
    type: 'interactive',
    interactive: { type: 'button_reply', button_reply: { id: 'yes', title: 'Sí' } },
  }),
  () => ({
    type: 'contacts',
    contacts: [{ name: { formatted_name: 'Bo' }, phones: [{ phone: '+34600000000' }] }],
  }),
  () => ({ type: 'document', document: { filename: 'a.pdf' } }),
  () => ({ type: 'hologram', hologram: { new: true } }),
];
