import { mediaKinds } from '../media-rules.ts';
import type { MediaKind } from '../media-rules.ts';
import { GraphError } from '../errors.ts';
import type { Fields } from './fields.ts';

/** The media type of an uploaded id; undefined when there is no such id, or no longer. */
export type FindMime = (mediaId: string) => string | undefined;

/** `{id}` or `{link}` of a medium that fits the kind (131053 when an id does not). */
export function checkMedia(media: Fields, kind: MediaKind, findMime: FindMime): void {
  if (media.has('link')) {
    media.url('link');
    if (media.has('id')) throw media.invalid('id', 'and link exclude each other');
    return;
  }
  const id = media.text('id');
  const mime = findMime(id);
  if (!mime) throw new GraphError(131053, `${media.path}.id ${id} does not exist.`);
  if (kind !== 'document' && !mediaKinds(mime).includes(kind)) {
    throw new GraphError(131053, `${media.path}.id ${id} is ${mime}, which is no ${kind}.`);
  }
}
