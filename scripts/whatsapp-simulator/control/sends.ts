import type { SendCounts, SendPage, SendQuery } from '../types.ts';
import { ControlError } from './error.ts';
import type { ControlHandler } from './handler.ts';

/** The accepted sends in order, a page at a time. */
export const sends: ControlHandler = ({ world }, request): SendPage => {
  const query: SendQuery = {};
  const { query: given } = request;
  const recipient = given.get('recipient');
  const callbackData = given.get('callbackData');
  if (recipient !== null) query.recipient = recipient;
  if (callbackData !== null) query.callbackData = callbackData;
  for (const name of ['limit', 'after'] as const) {
    const value = given.get(name);
    if (value === null) continue;
    if (!/^\d+$/.test(value)) throw new ControlError(400, `${name} must be a whole number.`);
    query[name] = Number(value);
  }
  return world.sends.find(query);
};

export const counts: ControlHandler = ({ world }): SendCounts => world.sends.counts();
