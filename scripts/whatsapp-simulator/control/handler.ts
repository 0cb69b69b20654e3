import type { HttpRequest } from '../http/messages.ts';
import type { Params } from '../http/router.ts';
import type { Simulator } from '../simulator.ts';

/** A control call: answers what becomes the JSON body. @throws ControlError */
export type ControlHandler = (
  simulator: Simulator,
  request: HttpRequest,
  params: Params,
) => unknown;
