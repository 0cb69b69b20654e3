import { z } from 'zod';
import { graphError, type GraphError } from './client';
import { inboundContent, type InboundContent } from './inboundContent';

/** The part of a webhook's body that an event came from, as a body of its own: it can be replayed. */
export type RawBody = { entry: unknown[] };

/** Who wrote, or was written to, as the webhook tells it. */
export interface Party {
  phone?: string;
  bsuid?: string;
  parentBsuid?: string;
  username?: string;
  name?: string;
}

/** One customer's message. */
export interface MessageEvent {
  kind: 'message';
  channelId: string;
  displayPhoneNumber: string | undefined;
  wamid: string;
  /** Epoch ms, by WhatsApp's clock; not checked against ours. */
  at: number | undefined;
  from: Party;
  content: InboundContent;
  /** The message that is answered. */
  replyTo: string | undefined;
  /** The ad or post that led the customer here. */
  referral: Record<string, string> | undefined;
  groupId: string | undefined;
  raw: RawBody;
}

/** What became of one of our messages. */
export interface StatusEvent {
  kind: 'status';
  channelId: string;
  wamid: string;
  status: 'sent' | 'delivered' | 'read' | 'played' | 'failed';
  at: number | undefined;
  /** `biz_opaque_callback_data`: our message's id. */
  callbackData: string | undefined;
  recipient: Party;
  error: GraphError | undefined;
  pricing: { category: string | undefined; billable: boolean | undefined } | undefined;
  raw: RawBody;
}

/** A template's state changed at Meta. */
export interface TemplateEvent {
  kind: 'template';
  name: string;
  language: string;
  status: string;
  reason: string | undefined;
  raw: RawBody;
}

/** A wish about messages of a category, set in WhatsApp's own menu. */
export interface PreferenceEvent {
  kind: 'preference';
  channelId: string;
  from: Party;
  /** In WhatsApp's words, as `marketing_messages`. */
  category: string | undefined;
  stop: boolean;
  at: number | undefined;
  raw: RawBody;
}

/** What this version does not understand; kept whole. */
export interface UnknownEvent {
  kind: 'unknown';
  reason: string;
  raw: RawBody;
}

export type WebhookEvent =
  MessageEvent | StatusEvent | TemplateEvent | PreferenceEvent | UnknownEvent;

const object = z.record(z.string(), z.unknown());
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);

const phone = z.string().regex(/^\+?\d{5,20}$/);
const bsuid = z.string().regex(/^[\w.:-]{3,200}$/);
const wamid = z.string().min(1).max(512);
const seconds = z.union([z.string().regex(/^\d{1,12}$/), z.int().nonnegative()]);

const profile = z.object({
  wa_id: optional(phone),
  user_id: optional(bsuid),
  parent_user_id: optional(bsuid),
  profile: optional(
    z.object({ name: optional(z.string().max(500)), username: optional(z.string().max(200)) }),
  ),
});

const message = z.object({
  id: wamid,
  timestamp: optional(seconds),
  from: optional(phone),
  from_user_id: optional(bsuid),
  from_parent_user_id: optional(bsuid),
  group_id: optional(z.string().max(200)),
  context: optional(z.object({ id: optional(wamid) })),
  referral: optional(object),
});

const status = z.object({
  id: wamid,
  status: z.enum(['sent', 'delivered', 'read', 'played', 'failed']),
  timestamp: optional(seconds),
  recipient_id: optional(phone),
  recipient_user_id: optional(bsuid),
  recipient_parent_user_id: optional(bsuid),
  biz_opaque_callback_data: optional(z.string().max(512)),
  errors: optional(z.array(graphError)),
  pricing: optional(z.object({ category: optional(z.string()), billable: optional(z.boolean()) })),
});

const templateUpdate = z.object({
  event: z.string().max(60),
  message_template_name: z.string().max(512),
  message_template_language: z.string().max(20),
  reason: optional(z.string().max(500)),
});

const preference = z.object({
  wa_id: optional(phone),
  user_id: optional(bsuid),
  parent_user_id: optional(bsuid),
  category: optional(z.string()),
  value: z.enum(['stop', 'resume']),
  timestamp: optional(seconds),
});

const metadata = z.object({
  phone_number_id: z.string().regex(/^\d{1,40}$/),
  display_phone_number: optional(z.string().max(40)),
});

/** Every event of a webhook's body, in its order. Whatever cannot be read becomes `unknown`. */
export function parseWebhook(body: unknown): WebhookEvent[] {
  const entries = arrayOf(body, 'entry');
  if (!entries) return [unknown('a body without "entry"', { entry: [body] })];
  return entries.flatMap((entry) => {
    const changes = arrayOf(entry, 'changes');
    if (!changes) return [unknown('an entry without "changes"', { entry: [entry] })];
    return changes.flatMap((change) => parseChange(change, bodyOf(change)));
  });
}

const bodyOf = (change: unknown): RawBody => ({ entry: [{ changes: [change] }] });

function parseChange(change: unknown, raw: RawBody): WebhookEvent[] {
  const { field, value } = object.safeParse(change).data ?? {};
  switch (field) {
    case 'messages':
      return parseMessages(raw, value);
    case 'message_template_status_update':
      return [parseTemplate(raw, value)];
    case 'user_preferences':
      return parsePreferences(raw, value);
    default:
      return [unknown(`a change of the field ${fieldName(field)}`, raw)];
  }
}

/** A field's name for a log line: Meta's are short words, anything else is not repeated. */
const fieldName = (field: unknown): string =>
  typeof field === 'string' && /^[a-z_]{1,60}$/.test(field) ? `"${field}"` : 'that has no name';

function parseMessages(raw: RawBody, value: unknown): WebhookEvent[] {
  const channel = metadata.safeParse(object.safeParse(value).data?.['metadata']);
  if (!channel.success) return [unknown('messages without a phone number id', raw)];
  const channelId = channel.data.phone_number_id;
  const contacts = arrayOf(value, 'contacts') ?? [];
  const profiles = profilesOf(contacts);
  const alone = (list: 'messages' | 'statuses', item: unknown): RawBody =>
    bodyOf({
      field: 'messages',
      value: {
        metadata: channel.data,
        ...(contacts.length === 1 ? { contacts } : {}),
        [list]: [item],
      },
    });
  const displayPhoneNumber = channel.data.display_phone_number ?? undefined;
  const events = [
    ...(arrayOf(value, 'messages') ?? []).map((item) =>
      parseMessage(item, alone('messages', item), channelId, displayPhoneNumber, profiles),
    ),
    ...(arrayOf(value, 'statuses') ?? []).map((item) =>
      parseStatus(item, alone('statuses', item), channelId),
    ),
  ];
  const hasErrors = (arrayOf(value, 'errors') ?? []).length > 0;
  if (events.length > 0 && !hasErrors) return events;
  return [...events, unknown('messages with errors or without any content', raw)];
}

type Profile = z.infer<typeof profile>;

/** The customers that a POST describes, as its messages refer to them. */
interface Profiles {
  byNumber: ReadonlyMap<string, Profile>;
  byUser: ReadonlyMap<string, Profile>;
  /** Set where there is one alone. */
  only: Profile | undefined;
}

function profilesOf(contacts: unknown[]): Profiles {
  const byNumber = new Map<string, Profile>();
  const byUser = new Map<string, Profile>();
  const all = contacts.flatMap((contact) => profile.safeParse(contact).data ?? []);
  for (const item of all) {
    if (item.wa_id) byNumber.set(digits(item.wa_id), item);
    if (item.user_id) byUser.set(item.user_id, item);
  }
  return { byNumber, byUser, only: all.length === 1 ? all[0] : undefined };
}

/** With several contacts in one POST each message has to find its own. */
function profileOf(
  { byNumber, byUser, only }: Profiles,
  number: string | null | undefined,
  userId: string | null | undefined,
): Profile | undefined {
  if (!number && !userId) return only;
  return (number && byNumber.get(digits(number))) || (userId && byUser.get(userId)) || undefined;
}

function parseMessage(
  item: unknown,
  raw: RawBody,
  channelId: string,
  displayPhoneNumber: string | undefined,
  profiles: Profiles,
): MessageEvent | UnknownEvent {
  const parsed = message.safeParse(item);
  if (!parsed.success) return unknown('a message without a usable id', raw);
  const { id, timestamp, from, from_user_id, context, referral, group_id } = parsed.data;

  const contact = profileOf(profiles, from, from_user_id);
  const sender = party({
    number: from ?? contact?.wa_id,
    bsuid: from_user_id ?? contact?.user_id,
    parentBsuid: parsed.data.from_parent_user_id ?? contact?.parent_user_id,
    username: contact?.profile?.username,
    name: contact?.profile?.name,
  });
  if (!sender.phone && !sender.bsuid) return unknown('a message without a sender', raw);

  return {
    kind: 'message',
    channelId,
    displayPhoneNumber,
    wamid: id,
    at: milliseconds(timestamp),
    from: sender,
    content: inboundContent(item),
    replyTo: context?.id ?? undefined,
    referral: referral ? strings(referral) : undefined,
    groupId: group_id ?? undefined,
    raw,
  };
}

function parseStatus(item: unknown, raw: RawBody, channelId: string): StatusEvent | UnknownEvent {
  const parsed = status.safeParse(item);
  if (!parsed.success) return unknown('a status without a usable id or of a new kind', raw);
  const { data } = parsed;
  return {
    kind: 'status',
    channelId,
    wamid: data.id,
    status: data.status,
    at: milliseconds(data.timestamp),
    callbackData: data.biz_opaque_callback_data ?? undefined,
    recipient: party({
      number: data.recipient_id,
      bsuid: data.recipient_user_id,
      parentBsuid: data.recipient_parent_user_id,
    }),
    error: data.errors?.[0],
    pricing: data.pricing
      ? {
          category: data.pricing.category ?? undefined,
          billable: data.pricing.billable ?? undefined,
        }
      : undefined,
    raw,
  };
}

function parseTemplate(raw: RawBody, value: unknown): WebhookEvent {
  const parsed = templateUpdate.safeParse(value);
  if (!parsed.success) return unknown('a template update without a name', raw);
  return {
    kind: 'template',
    name: parsed.data.message_template_name,
    language: parsed.data.message_template_language,
    status: parsed.data.event,
    reason: parsed.data.reason ?? undefined,
    raw,
  };
}

function parsePreferences(raw: RawBody, value: unknown): WebhookEvent[] {
  const channel = metadata.safeParse(object.safeParse(value).data?.['metadata']);
  const preferences = arrayOf(value, 'user_preferences');
  if (!channel.success || !preferences?.length) {
    return [unknown('preferences without a channel or any content', raw)];
  }
  return preferences.map((item) => {
    const alone = bodyOf({
      field: 'user_preferences',
      value: { metadata: channel.data, user_preferences: [item] },
    });
    const parsed = preference.safeParse(item);
    const { wa_id: number, user_id, parent_user_id } = parsed.data ?? {};
    const from = party({ number, bsuid: user_id, parentBsuid: parent_user_id });
    if (!parsed.success || (!from.phone && !from.bsuid)) {
      return unknown('a preference of nobody', alone);
    }
    return {
      kind: 'preference',
      channelId: channel.data.phone_number_id,
      from,
      category: parsed.data.category ?? undefined,
      stop: parsed.data.value === 'stop',
      at: milliseconds(parsed.data.timestamp),
      raw: alone,
    };
  });
}

const unknown = (reason: string, raw: RawBody): UnknownEvent => ({ kind: 'unknown', reason, raw });

const digits = (number: string): string => number.replace(/\D/g, '');

/** WhatsApp writes numbers without `+`; here they are E.164. */
function party({
  number,
  bsuid,
  parentBsuid,
  username,
  name,
}: Partial<Record<'number' | Exclude<keyof Party, 'phone'>, string | null | undefined>>): Party {
  return {
    ...(number ? { phone: `+${digits(number)}` } : {}),
    ...(bsuid ? { bsuid } : {}),
    ...(parentBsuid ? { parentBsuid } : {}),
    ...(username ? { username } : {}),
    ...(name ? { name } : {}),
  };
}

const milliseconds = (value: string | number | null | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value) * 1_000;

function arrayOf(value: unknown, key: string): unknown[] | undefined {
  const found = object.safeParse(value).data?.[key];
  return Array.isArray(found) ? found : undefined;
}

/** The string fields of an object whose shape is Meta's to change. */
function strings(value: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] =>
        /^[a-z_]{1,40}$/.test(entry[0]) && typeof entry[1] === 'string' && entry[1].length <= 2_048,
    ),
  );
}
