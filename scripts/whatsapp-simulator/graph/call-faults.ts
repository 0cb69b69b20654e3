import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultMatch } from '../faults.ts';
import { bytes, CUT } from '../http/messages.ts';
import type { Reply } from '../http/messages.ts';
import type { World } from '../world/world.ts';
import { GraphError } from './errors.ts';

/** Runs a call through the faults that hit it. @throws GraphError */
export async function withFaults(
  world: World,
  subject: FaultMatch,
  call: () => Reply | Promise<Reply>,
): Promise<Reply> {
  const { faults } = world;
  if (faults.list().length === 0) return call();

  const latency = faults.take('latency', subject);
  if (latency) await sleep(latency.ms, undefined, { ref: false });

  if (faults.take('cut_before', subject)) {
    world.count('cutBefore');
    return CUT;
  }
  const httpError = faults.take('http_error', subject);
  if (httpError) {
    world.count('httpErrors');
    const page = Buffer.from('<html><body>The server is unavailable.</body></html>');
    return bytes(page, 'text/html', httpError.status);
  }
  const rejection = faults.take('reject', subject);
  if (rejection) {
    const { code, details = 'Rejected on request.', httpStatus } = rejection;
    throw new GraphError(code, details, httpStatus === undefined ? {} : { httpStatus });
  }

  const reply = await call();
  if (!faults.take('cut_after', subject)) return reply;
  world.count('cutAfter');
  return CUT;
}
