import { messageState } from '../../functions/lib/messages/rules.js';
import type { Message, OutboundMessage } from '../../functions/lib/messages/schema.js';
import { readMany } from './documents.ts';
import { isBetween, isExactly, type Check } from './check.ts';
import type { Ledger } from './ledger.ts';

/** What was found after a run, of everything that the ledger names. */
export interface Found {
  messages: Map<string, Message>;
  conversions: Set<string>;
  /** Sends that the simulated WhatsApp accepted, by message. */
  sends: Map<string, number>;
}

/** Reads what the ledger names, by id. */
export async function find(
  { inbound, outbound, conversions }: Ledger,
  sends: readonly { callbackData?: string }[],
): Promise<Found> {
  const bySend = new Map<string, number>();
  for (const { callbackData } of sends) {
    if (callbackData !== undefined) bySend.set(callbackData, (bySend.get(callbackData) ?? 0) + 1);
  }
  const [messages, found] = await Promise.all([
    readMany<Message>('messages', [...inbound.keys(), ...outbound.keys()]),
    readMany<object>('conversions', [...conversions.keys()]),
  ]);
  return { messages, conversions: new Set(found.keys()), sends: bySend };
}

/**
 * Nothing lost, nothing twice: everything that the backend took is there, as often as it was
 * meant. Of what had no answer it may be there or not, but not twice. Pure.
 */
export function checkLedger(ledger: Ledger, found: Found): Check[] {
  const { inbound, outbound, conversions, statuses } = ledger;
  const taken = <T>(entries: Map<string, T>, isTaken: (value: T) => boolean): string[] =>
    [...entries].filter(([, value]) => isTaken(value)).map(([id]) => id);
  const received = taken(inbound, (message) => message.taken === 'yes');
  const queued = taken(outbound, (state) => state === 'yes');
  const converted = taken(conversions, (state) => state === 'yes');
  const isRead = (id: string): boolean => {
    const message = found.messages.get(id);
    return message !== undefined && ['read', 'played'].includes(messageState(message));
  };
  const told = (id: string): boolean => statuses.has(id);
  return [
    isExactly('received messages lost', without(received, found.messages), 0),
    isExactly('queued messages lost', without(queued, found.messages), 0),
    isExactly('queued messages that WhatsApp did not get', without(queued, found.sends), 0),
    isExactly(
      'messages that WhatsApp got twice',
      [...found.sends.values()].filter((times) => times > 1).length,
      0,
    ),
    isExactly(
      'sends of messages that nobody asked for',
      [...found.sends.keys()].filter((id) => !outbound.has(id)).length,
      0,
    ),
    isExactly(
      'queued messages that did not end as read',
      queued.filter((id) => !told(id) && !isRead(id)).length,
      0,
    ),
    isExactly('statuses lost', statusesLost(ledger, found.messages), 0),
    isExactly('conversions lost', converted.filter((id) => !found.conversions.has(id)).length, 0),
  ];
}

const without = (ids: readonly string[], found: ReadonlyMap<string, unknown>): number =>
  ids.filter((id) => !found.has(id)).length;

const TIME_OF = { sent: 'sentAt', delivered: 'deliveredAt', read: 'readAt' } as const;

function statusesLost({ statuses }: Ledger, messages: ReadonlyMap<string, Message>): number {
  let lost = 0;
  for (const [id, told] of statuses) {
    const message = messages.get(id) as OutboundMessage | undefined;
    for (const status of told) if (message?.[TIME_OF[status]] === undefined) lost++;
  }
  return lost;
}

/** What a project without other traffic holds, counted by itself. */
export interface Counts {
  received: number;
  queued: number;
  conversions: number;
  unread: number;
  deadLetters: number;
}

/** The counts are exact: neither more nor less than what was done. Pure. */
export function checkCounts(ledger: Ledger, counts: Counts): Check[] {
  const range = (name: string, actual: number, states: readonly ('yes' | 'unknown')[]): Check =>
    isBetween(name, actual, states.filter((state) => state === 'yes').length, states.length);
  const inbound = [...ledger.inbound.values()].map(({ taken }) => taken);
  return [
    range('received messages', counts.received, inbound),
    range('unread messages of all conversations', counts.unread, inbound),
    range('queued messages', counts.queued, [...ledger.outbound.values()]),
    range('conversions', counts.conversions, [...ledger.conversions.values()]),
    isExactly('dead letters', counts.deadLetters, 0),
  ];
}

export const FIGURES = ['received', 'sent', 'delivered', 'read', 'conversion'] as const;
export type Figures = Record<(typeof FIGURES)[number], number>;

/** The figures say what the documents do. Pure. */
export const checkFigures = (figures: Figures, documents: Figures): Check[] =>
  FIGURES.map((name) => isExactly(`figures: ${name}`, figures[name], documents[name]));

/** What the figures have to be, by the product's own definitions of them. Pure. */
export function figuresOf({ messages, conversions }: Found): Figures {
  const figures: Figures = { received: 0, sent: 0, delivered: 0, read: 0, conversion: 0 };
  for (const message of messages.values()) {
    if (message.direction === 'in') figures.received++;
    if (message.direction !== 'out') continue;
    const { acceptedAt, sentAt, deliveredAt, readAt } = message;
    if (readAt !== undefined) figures.read++;
    if ((deliveredAt ?? readAt) !== undefined) figures.delivered++;
    if ((acceptedAt ?? sentAt ?? deliveredAt ?? readAt) !== undefined) figures.sent++;
  }
  return { ...figures, conversion: conversions.size };
}
