import { createHash, createHmac, randomInt } from 'node:crypto';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** How long an id lives, by where the media came from. */
const LIFE_MS = { upload: 30 * DAY_MS, webhook: 7 * DAY_MS };

export interface Media {
  id: string;
  mimeType: string;
  bytes: Buffer;
  /** Hexadecimal. */
  sha256: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** Media by id, in memory, with download links that expire. */
export class MediaStore {
  readonly #media = new Map<string, Media>();

  add(bytes: Buffer, mimeType: string, source: 'upload' | 'webhook', now: number): Media {
    const media: Media = {
      id: `4${String(randomInt(10 ** 14)).padStart(14, '0')}`,
      mimeType,
      bytes,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      expiresAt: now + LIFE_MS[source],
    };
    this.#media.set(media.id, media);
    return media;
  }

  find(id: string, now: number): Media | undefined {
    const media = this.#media.get(id);
    return media && media.expiresAt > now ? media : undefined;
  }

  remove(id: string): void {
    this.#media.delete(id);
  }
}

/** A link's query: when it expires, and a seal so that nobody prolongs it. */
export function signLink(id: string, expiresAt: number, secret: string): string {
  return new URLSearchParams({
    ext: String(expiresAt),
    hash: seal(id, expiresAt, secret),
  }).toString();
}

export function linkIsValid(
  id: string,
  query: URLSearchParams,
  secret: string,
  now: number,
): boolean {
  const expiresAt = Number(query.get('ext'));
  return expiresAt > now && query.get('hash') === seal(id, expiresAt, secret);
}

function seal(id: string, expiresAt: number, secret: string): string {
  return createHmac('sha256', secret).update(`${id}:${expiresAt}`).digest('hex');
}
