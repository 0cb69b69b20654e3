import { now } from '../clock.ts';
import { bytes, json } from '../http/messages.ts';
import type { HttpRequest, Reply } from '../http/messages.ts';
import { parseMultipart } from '../http/multipart.ts';
import type { World } from '../world/world.ts';
import { linkIsValid, signLink } from '../world/media.ts';
import type { Media } from '../world/media.ts';
import { GraphError } from './errors.ts';
import { maxBytesOf } from './media-rules.ts';
import { requireSendable } from './numbers.ts';

/** `POST /{phone number id}/media`: a multipart form with `messaging_product`, `file`, `type`. */
export function uploadMedia(world: World, request: HttpRequest, phoneNumberId: string): Reply {
  requireSendable(world, phoneNumberId);
  const form = parseMultipart(request.body, request.headers['content-type']);
  if (!form) throw new GraphError(100, 'The body is not a multipart form.');
  if (form.get('messaging_product')?.bytes.toString() !== 'whatsapp') {
    throw new GraphError(100, 'messaging_product must be "whatsapp".');
  }
  const file = form.get('file');
  if (file?.filename === undefined) throw new GraphError(100, 'file is required.');

  const mimeType = form.get('type')?.bytes.toString() ?? file.type ?? '';
  // A copy, so that the rest of the request can be forgotten.
  const content = Buffer.from(file.bytes);
  const maxBytes = maxBytesOf(mimeType, content);
  if (maxBytes === undefined) throw new GraphError(100, `${mimeType} is not a supported type.`);
  if (content.length > maxBytes) {
    throw new GraphError(131053, `The file has ${content.length} bytes; ${maxBytes} are allowed.`);
  }
  return json({ id: world.media.add(content, mimeType, 'upload', now()).id });
}

/** What `GET /{media id}` answers; the URL lives for a few minutes. */
export function mediaInfo(world: World, request: HttpRequest, media: Media) {
  const { appSecret, mediaUrlTtlMs } = world.config;
  const link = signLink(media.id, Math.floor(now() + mediaUrlTtlMs), appSecret);
  return {
    messaging_product: 'whatsapp',
    url: `${request.origin}/_media/${media.id}?${link}`,
    mime_type: media.mimeType,
    sha256: media.sha256,
    file_size: media.bytes.length,
    id: media.id,
  };
}

/** The bytes behind a media URL; 404 once it has expired, as with Meta's own. */
export function downloadMedia(world: World, request: HttpRequest, id: string): Reply {
  const media = world.media.find(id, now());
  if (!media || !linkIsValid(id, request.query, world.config.appSecret, now())) {
    return bytes(Buffer.from('Not found'), 'text/plain', 404);
  }
  return bytes(media.bytes, media.mimeType);
}
