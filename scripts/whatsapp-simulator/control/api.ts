import { json, NotJsonError } from '../http/messages.ts';
import type { HttpRequest, Reply } from '../http/messages.ts';
import { router } from '../http/router.ts';
import type { Simulator } from '../simulator.ts';
import { ControlError } from './error.ts';
import type { ControlHandler } from './handler.ts';
import { bulkInbound, customerSends } from './inbound.ts';
import { counts, sends } from './sends.ts';
import {
  addFaults,
  clearFaults,
  getConfig,
  idle,
  listFaults,
  patchConfig,
  putNumber,
  putTemplate,
  reset,
  setFaults,
} from './state.ts';
import { handshake, postWebhook } from './webhooks.ts';

const find = router<ControlHandler>([
  ['GET', '/_control/health', () => ({ ok: true })],
  ['POST', '/_control/reset', reset],
  ['GET', '/_control/config', getConfig],
  ['PATCH', '/_control/config', patchConfig],
  ['POST', '/_control/customers/:waId/messages', customerSends],
  ['POST', '/_control/inbound', bulkInbound],
  ['POST', '/_control/webhooks', postWebhook],
  ['POST', '/_control/handshake', handshake],
  ['GET', '/_control/faults', listFaults],
  ['POST', '/_control/faults', addFaults],
  ['PUT', '/_control/faults', setFaults],
  ['DELETE', '/_control/faults', clearFaults],
  ['PUT', '/_control/templates/:name/:language', putTemplate],
  ['PUT', '/_control/numbers/:id', putNumber],
  ['GET', '/_control/sends', sends],
  ['GET', '/_control/sends/counts', counts],
  ['GET', '/_control/stats', ({ world }) => world.stats()],
  ['POST', '/_control/idle', idle],
]);

/** The test's side of the simulator. */
export async function controlApi(simulator: Simulator, request: HttpRequest): Promise<Reply> {
  try {
    const found = find(request.method, request.path);
    if (!found) throw new ControlError(404, `There is no ${request.method} ${request.path}.`);
    return json(await found.target(simulator, request, found.params));
  } catch (error) {
    if (error instanceof NotJsonError) return json({ error: error.message }, 400);
    if (error instanceof ControlError) return json({ error: error.message }, error.status);
    throw error;
  }
}
