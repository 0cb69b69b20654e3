import { isOfCampaign, keepStatuses } from '../campaigns/keepStatuses';
import { preferenceCategory } from '../contacts/consent';
import { recordWishes, type ToldWish } from '../contacts/wishes';
import { recordDeadLetters } from '../deadLetters/record';
import { mergeTwins } from '../merges/start';
import { receiveMessages } from '../messages/receive';
import { applyStatuses } from '../messages/statuses';
import { now } from '../platform/clock';
import {
  parseWebhook,
  type MessageEvent,
  type PreferenceEvent,
  type WebhookEvent,
} from '../platform/whatsapp/webhook';
import { hashId } from '../shared/ids';
import { partition } from '../shared/async';
import { templatesChanged } from '../templates/sync';

/** What a POST came to: every one of its updates is in one of these numbers. */
export interface WebhookReport {
  messages: number;
  duplicates: number;
  statuses: number;
  others: number;
  deadLetters: number;
}

/** A message above this would not fit into a document with all that it brings along. */
const MAX_MESSAGE_LENGTH = 200_000;

/**
 * Processes the verified body of a webhook's POST. When it returns, everything in it is durable:
 * messages and statuses applied, whatever cannot be understood or stored in `deadLetters`.
 *
 * @throws when Firestore is out of order; the POST is to be answered 5xx and will come again
 */
export async function receiveWebhook(body: string): Promise<WebhookReport> {
  const events = parse(body);
  const report: WebhookReport = {
    messages: 0,
    duplicates: 0,
    statuses: 0,
    others: 0,
    deadLetters: 0,
  };
  if (events === undefined) {
    await recordDeadLetters([{ kind: 'webhook', reason: 'not a webhook of WhatsApp', raw: body }]);
    return { ...report, deadLetters: 1 };
  }

  const [messages, tooLarge] = bySize(
    body,
    events.filter((event) => event.kind === 'message'),
  );
  const all = events.filter((event) => event.kind === 'status');
  const [campaigns, statuses] = partition(all, isOfCampaign);
  const [received, unmatched] = await Promise.all([
    receiveMessages(messages),
    applyStatuses(statuses),
    keepStatuses(campaigns),
  ]);
  await mergeTwins(received.twins);
  report.messages = received.stored;
  report.duplicates = received.duplicates;
  report.statuses = all.length - unmatched.length;

  const templates = events.filter((event) => event.kind === 'template');
  const preferences = events.filter((event) => event.kind === 'preference');
  await templatesChanged(templates);
  const wishes = preferences.map(wishOf);
  await recordWishes(wishes.filter((wish) => wish !== undefined));
  report.others = templates.length + preferences.length;

  const letters = [
    ...events
      .filter((event) => event.kind === 'unknown')
      .map((event) => letterOf(event.reason, event)),
    ...preferences
      .filter((_, index) => wishes[index] === undefined)
      .map((event) => letterOf('a preference of an unknown category', event)),
    ...tooLarge.map((event) => letterOf('a message too large to store', event)),
    ...received.refused.map((event) => letterOf('a message that cannot be stored', event)),
    ...unmatched.map((event) => letterOf('a status of an unknown message', event)),
  ];
  await recordDeadLetters(letters);
  report.deadLetters = letters.length;
  return report;
}

/** Nothing shorter can nest so deeply that writing it as JSON again would exhaust the stack. */
const SHALLOW_LENGTH = 6_000;

/** The body's events; `undefined` for a body that is no JSON, or nests too deeply to be walked. */
function parse(body: string): WebhookEvent[] | undefined {
  try {
    const json: unknown = JSON.parse(body, /\\u[dD]/.test(body) ? wellFormed : undefined);
    if (body.length > SHALLOW_LENGTH) JSON.stringify(json);
    return parseWebhook(json);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Half a character (`\\ud800` alone) is valid JSON, but no text that can be stored. */
const wellFormed = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed() : value;

function bySize(body: string, events: MessageEvent[]): [MessageEvent[], MessageEvent[]] {
  if (body.length <= MAX_MESSAGE_LENGTH) return [events, []];
  const fits = events.map(({ raw }) => JSON.stringify(raw).length <= MAX_MESSAGE_LENGTH);
  return [events.filter((_, index) => fits[index]), events.filter((_, index) => !fits[index])];
}

const letterOf = (reason: string, { kind, raw }: Pick<WebhookEvent, 'kind' | 'raw'>) => ({
  kind: kind === 'status' ? ('status' as const) : ('webhook' as const),
  reason,
  raw: JSON.stringify(raw),
});

/** What somebody set in WhatsApp's menu; undefined where this version has no such category. */
function wishOf({ from, category, stop, at, raw }: PreferenceEvent): ToldWish | undefined {
  const known = preferenceCategory(category);
  return (
    known && {
      identity: from,
      wish: {
        category: known,
        state: stop ? 'out' : 'in',
        at: Math.min(at ?? now(), now()),
        source: 'preference',
        // The webhook itself, as it was signed: told again it is the same.
        proof: hashId('preference', JSON.stringify(raw)),
      },
    }
  );
}
