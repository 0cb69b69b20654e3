import type { FaultMatch } from '../faults.ts';
import { NotJsonError } from '../http/messages.ts';
import type { HttpRequest, Reply } from '../http/messages.ts';
import { router } from '../http/router.ts';
import type { Route } from '../http/router.ts';
import type { Simulator } from '../simulator.ts';
import type { World } from '../world/world.ts';
import type { Json } from '../types.ts';
import { withFaults } from './call-faults.ts';
import { errorReply, GraphError } from './errors.ts';
import { downloadMedia, uploadMedia } from './media.ts';
import { debugToken, deleteMedia, getMe, getObject, listNumbers, subscribeApp } from './objects.ts';
import { isRead, postMessages } from './send.ts';
import { listTemplates } from './templates.ts';
import { digits } from './validate/message.ts';

type Handler = (world: World, request: HttpRequest, id: string) => Reply | Promise<Reply>;

interface Endpoint {
  operation: NonNullable<FaultMatch['operation']>;
  handle: Handler;
}

const VERSION = '/v\\d+\\.\\d+';

/** Order matters: names come before ids. */
const find = router<Endpoint>([
  on('POST', '/:id/messages', 'send', postMessages),
  on('POST', '/:id/media', 'media', uploadMedia),
  on('GET', '/:id/message_templates', 'templates', listTemplates),
  on('GET', '/:id/phone_numbers', 'info', listNumbers),
  on('POST', '/:id/subscribed_apps', 'info', subscribeApp),
  on('GET', '/me', 'info', getMe),
  on('GET', '/debug_token', 'info', debugToken),
  on('GET', '/:id', 'info', getObject),
  on('DELETE', '/:id', 'media', deleteMedia),
  ['GET', '/_media/:id', { operation: 'media', handle: downloadMedia }],
]);

/** Meta's side: the Graph API under any version, and the addresses of media. */
export async function graphApi(simulator: Simulator, request: HttpRequest): Promise<Reply> {
  const { world } = simulator;
  try {
    requireToken(world, request);
    const found = find(request.method, request.path);
    if (!found) throw new GraphError(100, `Unknown path ${request.path}.`, { httpStatus: 404 });
    const { operation, handle } = found.target;
    const id = found.params.id ?? '';
    return await withFaults(world, subjectOf(operation, request, id), () =>
      // The world of now: a reset may have come while a fault held the call.
      handle(simulator.world, request, id),
    );
  } catch (error) {
    const refusal = error instanceof NotJsonError ? new GraphError(100, error.message) : error;
    if (!(refusal instanceof GraphError)) throw error;
    world.countRejection(refusal.code);
    return errorReply(refusal);
  }
}

function on(
  method: string,
  path: string,
  operation: Endpoint['operation'],
  handle: Handler,
): Route<Endpoint> {
  return [method, `${VERSION}${path}`, { operation, handle }];
}

function requireToken(world: World, request: HttpRequest): void {
  if (request.headers.authorization === `Bearer ${world.config.token}`) return;
  throw new GraphError(190, 'The access token is missing, malformed or expired.');
}

/** What the faults see of a call. */
function subjectOf(operation: Endpoint['operation'], request: HttpRequest, id: string): FaultMatch {
  if (operation !== 'send') return { operation, phoneNumberId: id };
  const body = (request.json() ?? {}) as Json;
  const { to, recipient, biz_opaque_callback_data: callbackData } = body;
  const key = typeof to === 'string' ? digits(to) : recipient;
  return {
    operation: isRead(body) ? 'read' : 'send',
    phoneNumberId: id,
    ...(typeof key === 'string' && { recipient: key }),
    ...(typeof callbackData === 'string' && { callbackData }),
  };
}
