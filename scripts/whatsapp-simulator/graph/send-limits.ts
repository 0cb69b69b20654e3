import type { World } from '../world/world.ts';
import type { PhoneNumber } from '../types.ts';
import { GraphError } from './errors.ts';
import { mpsOf } from './numbers.ts';
import { digits, keyOf } from './validate/message.ts';
import type { ValidMessage } from './validate/message.ts';

/** Whether a valid message may go to its recipient now; if so, it counts. @throws GraphError */
export function checkAllowed(
  world: World,
  number: PhoneNumber,
  message: ValidMessage,
  now: number,
): void {
  const { enforceWindow, throughput, pairLimit, undeliverable } = world.config;
  const recipient = keyOf(message);

  if (recipient === digits(number.displayPhoneNumber)) {
    throw new GraphError(131021, 'A number cannot write to itself.');
  }
  if (undeliverable.includes(recipient)) {
    throw new GraphError(131026, `${recipient} cannot receive messages.`);
  }
  const needsWindow = enforceWindow && !message.template;
  if (needsWindow && !world.customers.windowIsOpen(number.id, recipient, now)) {
    throw new GraphError(131047, `${recipient} has not written in the last 24 hours.`);
  }
  const mps = mpsOf(world, number);
  if (throughput.enabled && world.sends.inLastSecond(number.id, now) >= mps) {
    throw new GraphError(130429, `More than ${mps} messages in one second.`);
  }
  const pair = `${number.id}:${recipient}`;
  if (pairLimit.enabled) {
    if (!world.pairs.allows(pair, now, pairLimit)) {
      throw new GraphError(131056, `Too many messages to ${recipient}.`);
    }
    world.pairs.record(pair, now, pairLimit);
  }
}
