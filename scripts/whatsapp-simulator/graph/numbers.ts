import type { World } from '../world/world.ts';
import type { PhoneNumber } from '../types.ts';
import { GraphError } from './errors.ts';

/** From here on Meta calls a number's throughput high. */
const HIGH_MPS = 1_000;

/** Meta's refusal of an id that nothing is known by. */
export function unknownObject(id: string): GraphError {
  return new GraphError(100, `Object with ID '${id}' does not exist or cannot be loaded.`, {
    subcode: 33,
  });
}

/** The number, if it may send: 100/33 unknown, 33 deleted, 133010 not registered. */
export function requireSendable(world: World, id: string): PhoneNumber {
  const number = world.numbers.get(id);
  if (!number) throw unknownObject(id);
  if (number.status === 'DELETED') throw new GraphError(33, 'The number has been deleted.');
  if (number.status === 'DISCONNECTED') {
    throw new GraphError(133010, 'The number is not registered on the platform.');
  }
  return number;
}

/** Messages a second that the number may send. */
export function mpsOf(world: World, number: PhoneNumber): number {
  return number.mps ?? world.config.throughput.mps;
}

/** A number as `GET /{phone number id}` shows it. */
export function numberInfo(world: World, number: PhoneNumber) {
  return {
    id: number.id,
    display_phone_number: number.displayPhoneNumber,
    verified_name: number.verifiedName,
    quality_rating: number.qualityRating,
    status: number.status,
    code_verification_status: 'VERIFIED',
    platform_type: 'CLOUD_API',
    throughput: { level: mpsOf(world, number) >= HIGH_MPS ? 'HIGH' : 'STANDARD' },
    messaging_limit_tier: number.messagingLimitTier,
  };
}
