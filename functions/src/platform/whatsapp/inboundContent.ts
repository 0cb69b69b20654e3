import { z } from 'zod';

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);
const text = z.string();
/** A message's id; longer ones could not be looked up. */
const wamid = z.string().min(1).max(512);
const media = z.object({
  id: text,
  mime_type: optional(text),
  sha256: optional(text),
  caption: optional(text),
  filename: optional(text),
  voice: optional(z.boolean()),
  animated: optional(z.boolean()),
});
const title = z.object({ id: text, title: text, description: optional(text) });

/** The part of each message kind that is kept, by its name in the webhook. */
const KINDS = {
  text: z.object({ body: text }),
  image: media,
  video: media,
  audio: media,
  document: media,
  sticker: media,
  location: z.object({
    latitude: z.number(),
    longitude: z.number(),
    name: optional(text),
    address: optional(text),
  }),
  contacts: z
    .array(
      z.object({
        name: optional(z.object({ formatted_name: optional(text) })),
        phones: optional(
          z.array(z.object({ phone: optional(text), type: optional(text), wa_id: optional(text) })),
        ),
      }),
    )
    .transform((contacts) => ({ contacts })),
  button: z.object({ payload: optional(text), text: optional(text) }),
  interactive: z.union([
    z.object({ button_reply: title }),
    z.object({ list_reply: title }),
    z.object({
      nfm_reply: z.object({
        name: optional(text),
        body: optional(text),
        // Meant to be a string of JSON; arrays and broken JSON were seen, so it is kept as text.
        response_json: z
          .unknown()
          .transform((v) => (typeof v === 'string' ? v : JSON.stringify(v ?? null))),
      }),
    }),
  ]),
  reaction: z.object({ message_id: wamid, emoji: optional(text) }),
  order: z.object({
    catalog_id: optional(text),
    text: optional(text),
    product_items: z.array(
      z.object({
        product_retailer_id: optional(text),
        quantity: optional(z.union([z.number(), text])),
        item_price: optional(z.union([z.number(), text])),
        currency: optional(text),
      }),
    ),
  }),
  system: z.object({
    type: optional(text),
    body: optional(text),
    wa_id: optional(text),
    new_wa_id: optional(text),
    user_id: optional(text),
    new_user_id: optional(text),
    parent_user_id: optional(text),
    previous_user_id: optional(text),
    previous_parent_user_id: optional(text),
  }),
  revoke: z.object({ original_message_id: wamid }),
} as const;

type Kinds = typeof KINDS;
type Plain = { [K in keyof Kinds]: { type: K; value: z.output<Kinds[K]> } }[keyof Kinds];
type Unsupported = { type: 'unsupported'; value: { type: string; raw: string } };

/** The content of an inbound message: a known kind's fields, or what could be kept of another. */
export type InboundContent =
  | Plain
  | { type: 'edit'; value: { original_message_id: string; message: Plain | Unsupported } }
  | Unsupported;

const envelope = z.object({ type: z.string().max(60) });
const edit = z.object({ original_message_id: wamid, message: z.unknown() });

/** Reads a message's content. Kinds that are new, or not as documented, are kept as raw JSON. */
export function inboundContent(raw: unknown): InboundContent {
  const parsed = edit.safeParse(field(raw, 'edit'));
  if (field(raw, 'type') !== 'edit' || !parsed.success) return plainContent(raw);
  const { original_message_id, message } = parsed.data;
  return { type: 'edit', value: { original_message_id, message: plainContent(message) } };
}

function plainContent(raw: unknown): Plain | Unsupported {
  const type = envelope.safeParse(raw).data?.type ?? 'unknown';
  if (Object.hasOwn(KINDS, type)) {
    const known = type as keyof Kinds;
    const parsed = KINDS[known].safeParse(field(raw, known));
    // The table pairs each name with its schema, which a lookup by name cannot show the compiler.
    if (parsed.success) return { type: known, value: parsed.data } as Plain;
  }
  return { type: 'unsupported', value: { type, raw: JSON.stringify(raw ?? null) } };
}

const field = (raw: unknown, name: string): unknown =>
  typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[name] : undefined;
