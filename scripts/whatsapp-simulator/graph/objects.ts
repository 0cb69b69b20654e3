import { now } from '../clock.ts';
import { json } from '../http/messages.ts';
import type { HttpRequest, Reply } from '../http/messages.ts';
import type { World } from '../world/world.ts';
import { mediaInfo } from './media.ts';
import { numberInfo, unknownObject } from './numbers.ts';

const APP = { id: '400000000000001', name: 'Recado (simulated)' };

/** `GET /{id}`: a phone number, a medium or the business account, whichever has the id. */
export function getObject(world: World, request: HttpRequest, id: string): Reply {
  const number = world.numbers.get(id);
  if (number && number.status !== 'DELETED') return json(numberInfo(world, number));
  const media = world.media.find(id, now());
  if (media) return json(mediaInfo(world, request, media));
  if (id === world.config.wabaId) return json({ id, name: APP.name, currency: 'EUR' });
  throw unknownObject(id);
}

export function deleteMedia(world: World, _request: HttpRequest, id: string): Reply {
  if (!world.findMime(id)) throw unknownObject(id);
  world.media.remove(id);
  return json({ success: true });
}

/** `GET /{waba id}/phone_numbers` */
export function listNumbers(world: World, _request: HttpRequest, wabaId: string): Reply {
  if (wabaId !== world.config.wabaId) throw unknownObject(wabaId);
  const numbers = [...world.numbers.values()].filter((each) => each.status !== 'DELETED');
  return json({ data: numbers.map((each) => numberInfo(world, each)) });
}

/** `POST /{waba id}/subscribed_apps`: the account's webhooks go to this app. */
export function subscribeApp(world: World, _request: HttpRequest, wabaId: string): Reply {
  if (wabaId !== world.config.wabaId) throw unknownObject(wabaId);
  return json({ success: true });
}

/** `GET /me`: whose token it is. */
export function getMe(): Reply {
  return json(APP);
}

/** `GET /debug_token?input_token=…`: whether a token is good, and for what. */
export function debugToken(world: World, request: HttpRequest): Reply {
  return json({
    data: {
      app_id: APP.id,
      type: 'SYSTEM_USER',
      application: APP.name,
      is_valid: request.query.get('input_token') === world.config.token,
      expires_at: 0,
      scopes: ['whatsapp_business_management', 'whatsapp_business_messaging'],
    },
  });
}
