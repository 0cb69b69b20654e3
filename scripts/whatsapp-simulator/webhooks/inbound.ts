import { randomBytes } from 'node:crypto';
import { seconds } from '../clock.ts';
import type { InboundMessage, Json, Sender } from '../types.ts';
import type { Media } from '../world/media.ts';
import type { Update } from './update.ts';

/** A customer as the webhook may show them. */
interface VisibleSender extends Sender {
  waId: string;
}

/** Stores the bytes of an inbound medium so that the business can download them. */
type StoreMedia = (bytes: Buffer, mimeType: string) => Media;

const DEFAULT_MIME: Record<string, string> = {
  image: 'image/jpeg',
  audio: 'audio/ogg; codecs=opus',
  video: 'video/mp4',
  document: 'application/pdf',
  sticker: 'image/webp',
};

/** A new message id of Meta's shape. */
export function newWamid(): string {
  return `wamid.HBgL${randomBytes(27).toString('base64')}`;
}

/** A customer's message as the webhook carries it. Content is passed on as it was given. */
export function inboundUpdate(
  phoneNumberId: string,
  sender: VisibleSender,
  message: InboundMessage & { id: string },
  now: number,
  storeMedia: StoreMedia,
): Update {
  const { type, id, timestamp, ...rest } = message;
  const { waId, bsuid, name = `Customer ${waId.slice(-4)}`, username, hidePhone } = sender;
  const visibleWaId = hidePhone ? undefined : waId;
  const contact = { profile: { name, username }, wa_id: visibleWaId, user_id: bsuid };
  return {
    phoneNumberId,
    kind: 'messages',
    recipient: waId,
    body: {
      from: visibleWaId,
      from_user_id: bsuid,
      id,
      timestamp: timestamp === undefined ? seconds(now) : String(timestamp),
      type,
      ...withDefaults(type, rest, storeMedia),
    },
    // Meta mostly leaves the contacts out of system messages.
    ...(type !== 'system' && { contact }),
  };
}

/** Fills in what a scenario need not spell out: a text's object, a medium's id and hash. */
function withDefaults(type: string, content: Json, storeMedia: StoreMedia): Json {
  const own = content[type];
  if (type === 'text' && typeof own === 'string') return { ...content, text: { body: own } };
  if (type === 'unsupported' && !content.errors) {
    return { ...content, errors: [{ code: 131051, title: 'Message type is not supported' }] };
  }
  const mime = DEFAULT_MIME[type];
  return mime ? { ...content, [type]: withMedia(asObject(own), mime, storeMedia) } : content;
}

/** `data` (base64) is what the customer sent; without it and without an id, a few bytes are. */
function withMedia(content: Json, defaultMime: string, storeMedia: StoreMedia): Json {
  if (content.id !== undefined) return content;
  const { data, mime_type = defaultMime, ...rest } = content;
  const bytes = Buffer.from(typeof data === 'string' ? data : 'c2ltdWxhdGVk', 'base64');
  const media = storeMedia(bytes, String(mime_type));
  const sha256 = Buffer.from(media.sha256, 'hex').toString('base64');
  return { mime_type, sha256, id: media.id, ...rest };
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
