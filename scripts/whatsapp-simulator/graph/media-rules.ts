/** The kinds of media a message can carry. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document' | 'sticker';

const MB = 1024 * 1024;
const KB = 1024;

/** Media types and the largest size in bytes of each kind, as Meta documents them. */
const RULES: Record<MediaKind, { mimes: readonly string[]; maxBytes: number }> = {
  image: { mimes: ['image/jpeg', 'image/png'], maxBytes: 5 * MB },
  audio: {
    mimes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
    maxBytes: 16 * MB,
  },
  video: { mimes: ['video/mp4', 'video/3gpp'], maxBytes: 16 * MB },
  sticker: { mimes: ['image/webp'], maxBytes: 100 * KB },
  document: {
    mimes: [
      'text/plain',
      'application/pdf',
      'application/msword',
      'application/vnd.ms-excel',
      'application/vnd.ms-powerpoint',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    ],
    maxBytes: 100 * MB,
  },
};

const MAX_ANIMATED_STICKER_BYTES = 500 * KB;

/** The kinds that a media type can be sent as; parameters such as `codecs=opus` do not matter. */
export function mediaKinds(mimeType: string): MediaKind[] {
  const bare = mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  return (Object.keys(RULES) as MediaKind[]).filter((kind) => RULES[kind].mimes.includes(bare));
}

/** The largest size of this very file, in bytes; undefined when its type is not supported. */
export function maxBytesOf(mimeType: string, bytes: Buffer): number | undefined {
  const kind = mediaKinds(mimeType)[0];
  if (kind === 'sticker' && isAnimatedWebp(bytes)) return MAX_ANIMATED_STICKER_BYTES;
  return kind && RULES[kind].maxBytes;
}

/** The animation flag of an extended WebP file (second bit of the VP8X chunk's first byte). */
function isAnimatedWebp(bytes: Buffer): boolean {
  return bytes.toString('latin1', 12, 16) === 'VP8X' && ((bytes[20] ?? 0) & 0x02) !== 0;
}
