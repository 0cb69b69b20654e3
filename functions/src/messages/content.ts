import { z } from 'zod';

/**
 * What can be sent, in WhatsApp's own words and limits, so that a content goes to the API as it is.
 *
 * @see https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
 */

const text = (max: number) => z.string().trim().min(1).max(max);
/** Meta fetches links itself; anything but https it would refuse after the send was accepted. */
const link = z.url({ protocol: /^https$/ }).max(2_048);

/** Firestore's documents cannot hold them. */
function hasNestedArray(value: unknown, inArray = false): boolean {
  if (Array.isArray(value)) return inArray || value.some((item) => hasNestedArray(item, true));
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((item) => hasNestedArray(item))
  );
}

const media = <Shape extends z.ZodRawShape>(extra: Shape) =>
  z
    .strictObject({
      id: z
        .string()
        .regex(/^\w{1,128}$/)
        .optional(),
      link: link.optional(),
      ...extra,
    })
    .refine(
      (value) =>
        ((value as { id?: string }).id === undefined) !==
        ((value as { link?: string }).link === undefined),
      {
        message: 'give either "id" (uploaded media) or "link" (https)',
      },
    );
const caption = { caption: z.string().max(1_024).optional() };

const namedDocument = media({ filename: text(240).optional() });

const headerText = z.strictObject({ type: z.literal('text'), text: text(60) });
const mediaHeader = z.union([
  headerText,
  z.strictObject({ type: z.literal('image'), image: media({}) }),
  z.strictObject({ type: z.literal('video'), video: media({}) }),
  z.strictObject({ type: z.literal('document'), document: namedDocument }),
]);
const footer = z.strictObject({ text: text(60) });

const interactive = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('button'),
    header: mediaHeader.optional(),
    body: z.strictObject({ text: text(1_024) }),
    footer: footer.optional(),
    action: z.strictObject({
      buttons: z
        .array(
          z.strictObject({
            type: z.literal('reply'),
            reply: z.strictObject({ id: text(256), title: text(20) }),
          }),
        )
        .min(1)
        .max(3),
    }),
  }),
  z.strictObject({
    type: z.literal('list'),
    header: headerText.optional(),
    body: z.strictObject({ text: text(4_096) }),
    footer: footer.optional(),
    action: z
      .strictObject({
        button: text(20),
        sections: z
          .array(
            z.strictObject({
              title: text(24).optional(),
              rows: z
                .array(
                  z.strictObject({
                    id: text(200),
                    title: text(24),
                    description: z.string().max(72).optional(),
                  }),
                )
                .min(1)
                .max(10),
            }),
          )
          .min(1)
          .max(10),
      })
      .refine(({ sections }) => sections.reduce((n, s) => n + s.rows.length, 0) <= 10, {
        message: 'a list has at most 10 rows in all its sections',
        path: ['sections'],
      }),
  }),
  z.strictObject({
    type: z.literal('cta_url'),
    header: mediaHeader.optional(),
    body: z.strictObject({ text: text(1_024) }),
    footer: footer.optional(),
    action: z.strictObject({
      name: z.literal('cta_url'),
      parameters: z.strictObject({ display_text: text(20), url: link }),
    }),
  }),
  z.strictObject({
    type: z.literal('flow'),
    header: mediaHeader.optional(),
    body: z.strictObject({ text: text(1_024) }),
    footer: footer.optional(),
    action: z.strictObject({
      name: z.literal('flow'),
      parameters: z
        .strictObject({
          flow_message_version: z.literal('3').default('3'),
          flow_id: text(64).optional(),
          flow_name: text(200).optional(),
          flow_cta: text(30),
          flow_token: text(200).optional(),
          flow_action: z.enum(['navigate', 'data_exchange']).optional(),
          flow_action_payload: z
            .record(z.string(), z.json())
            .refine((payload) => !hasNestedArray(payload), {
              message: 'an array directly inside an array cannot be stored; wrap it in an object',
            })
            .optional(),
        })
        .refine((p) => (p.flow_id === undefined) !== (p.flow_name === undefined), {
          message: 'give either "flow_id" or "flow_name"',
        }),
    }),
  }),
]);

const location = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: text(1_000).optional(),
  address: text(1_000).optional(),
});

const templateParameter = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    text: text(1_024),
    parameter_name: text(64).optional(),
  }),
  z.strictObject({ type: z.literal('image'), image: media({}) }),
  z.strictObject({ type: z.literal('video'), video: media({}) }),
  z.strictObject({ type: z.literal('document'), document: namedDocument }),
  z.strictObject({ type: z.literal('location'), location }),
  z.strictObject({ type: z.literal('payload'), payload: text(256) }),
  z.strictObject({ type: z.literal('coupon_code'), coupon_code: text(15) }),
]);

const template = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  language: z.strictObject({ code: z.string().regex(/^[A-Za-z_]{2,10}$/) }),
  components: z
    .array(
      z.strictObject({
        type: z.enum(['header', 'body', 'button']),
        sub_type: z.enum(['quick_reply', 'url', 'copy_code', 'flow']).optional(),
        index: z.union([z.string().regex(/^\d$/), z.int().min(0).max(9)]).optional(),
        parameters: z.array(templateParameter).max(30).default([]),
      }),
    )
    .max(12)
    .optional(),
});

const optionalText = (max: number) => z.string().trim().max(max).optional();
const contactCards = z
  .array(
    z.strictObject({
      name: z.strictObject({
        formatted_name: text(256),
        first_name: optionalText(128),
        last_name: optionalText(128),
      }),
      org: z.strictObject({ company: optionalText(128), title: optionalText(128) }).optional(),
      phones: z
        .array(z.strictObject({ phone: text(40), type: optionalText(20), wa_id: optionalText(40) }))
        .max(20)
        .optional(),
      emails: z
        .array(z.strictObject({ email: z.email().max(254), type: optionalText(20) }))
        .max(20)
        .optional(),
      urls: z
        .array(z.strictObject({ url: link, type: optionalText(20) }))
        .max(20)
        .optional(),
    }),
  )
  .min(1)
  .max(20);

/** One message, as the API takes it: `{type: 'text', text: {body: 'Hello'}}`. */
export const outboundContent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    text: z.strictObject({ body: text(4_096), preview_url: z.boolean().optional() }),
  }),
  z.strictObject({ type: z.literal('image'), image: media(caption) }),
  z.strictObject({ type: z.literal('video'), video: media(caption) }),
  z.strictObject({ type: z.literal('audio'), audio: media({}) }),
  z.strictObject({
    type: z.literal('document'),
    document: media({ ...caption, filename: text(240).optional() }),
  }),
  z.strictObject({ type: z.literal('sticker'), sticker: media({}) }),
  z.strictObject({
    type: z.literal('reaction'),
    reaction: z.strictObject({
      message_id: text(512),
      /** Empty: takes the reaction back. */
      emoji: z.string().max(16),
    }),
  }),
  z.strictObject({ type: z.literal('location'), location }),
  z.strictObject({ type: z.literal('contacts'), contacts: contactCards }),
  z.strictObject({ type: z.literal('interactive'), interactive }),
  z.strictObject({ type: z.literal('template'), template }),
]);
export type OutboundContent = z.output<typeof outboundContent>;
