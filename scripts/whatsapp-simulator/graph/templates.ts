import { json } from '../http/messages.ts';
import type { HttpRequest, Reply } from '../http/messages.ts';
import type { World } from '../world/world.ts';
import { GraphError } from './errors.ts';
import { unknownObject } from './numbers.ts';

const DEFAULT_LIMIT = 25;

/** `GET /{waba id}/message_templates`: pages of templates, filtered by `name` and `status`. */
export function listTemplates(world: World, request: HttpRequest, wabaId: string): Reply {
  if (wabaId !== world.config.wabaId) throw unknownObject(wabaId);
  const { query } = request;
  const name = query.get('name');
  const status = query.get('status');
  const all = world.templates
    .list()
    .filter((each) => (name ?? each.name) === each.name)
    .filter((each) => (status ?? each.status) === each.status);

  const start = decodeCursor(query.get('after'));
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!(limit >= 1)) throw new GraphError(100, 'limit must be at least 1.');
  const data = all.slice(start, start + limit);
  if (data.length === 0) return json({ data });

  const end = start + data.length;
  return json({
    data,
    paging: {
      cursors: { before: encodeCursor(start), after: encodeCursor(end) },
      ...(end < all.length && { next: nextPage(request, encodeCursor(end)) }),
    },
  });
}

function nextPage(request: HttpRequest, after: string): string {
  const query = new URLSearchParams(request.query);
  query.set('after', after);
  return `${request.origin}${request.path}?${query.toString()}`;
}

/** A cursor is a position, made opaque so that nobody computes with it. */
function encodeCursor(position: number): string {
  return Buffer.from(`at:${position}`).toString('base64url');
}

function decodeCursor(cursor: string | null): number {
  if (cursor === null) return 0;
  const position = /^at:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (position === undefined) throw new GraphError(100, 'after is not a valid cursor.');
  return Number(position);
}
