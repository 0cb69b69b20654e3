import type { MediaKind } from '../media-rules.ts';
import type { Fields } from './fields.ts';
import { checkInteractive } from './interactive.ts';
import { checkMedia } from './media.ts';
import type { FindMime } from './media.ts';

type Check = (message: Fields, findMime: FindMime) => void;

const CAPTION = 1024;

/** One check for each message type but templates, which need their definition. */
export const CONTENT_CHECKS: Readonly<Record<string, Check>> = {
  text: (message) => {
    message.object('text').text('body', 4096);
  },
  image: media('image', { caption: true }),
  video: media('video', { caption: true }),
  audio: media('audio', { caption: false }),
  sticker: media('sticker', { caption: false }),
  document: media('document', { caption: true }),
  reaction: (message) => {
    const reaction = message.object('reaction');
    reaction.text('message_id');
    // An empty emoji removes the reaction, so it may be empty but not missing.
    if (!reaction.isEmptyText('emoji')) reaction.text('emoji');
  },
  location: (message) => {
    const location = message.object('location');
    location.number('latitude', -90, 90);
    location.number('longitude', -180, 180);
    location.optionalText('name');
    location.optionalText('address');
  },
  contacts: (message) => {
    for (const contact of message.list('contacts')) {
      contact.object('name').text('formatted_name');
      for (const phone of contact.optionalList('phones')) phone.text('phone');
    }
  },
  interactive: (message, findMime) => {
    checkInteractive(message.object('interactive'), findMime);
  },
};

function media(kind: MediaKind, { caption }: { caption: boolean }): Check {
  return (message, findMime) => {
    const content = message.object(kind);
    checkMedia(content, kind, findMime);
    if (caption) content.optionalText('caption', CAPTION);
    else if (content.has('caption')) throw content.invalid('caption', 'is not allowed here');
    if (kind === 'document') content.optionalText('filename');
  };
}
