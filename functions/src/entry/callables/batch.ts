import { onCall, type CallableRequest } from 'firebase-functions/https';
import { z } from 'zod';
import { mapConcurrently } from '../../shared/async';
import { AppError } from '../../shared/errors';
import { compressAnswer } from '../compression';
import { MEMBERS, admitted, toHttpsError, wireError, withRedis, type WireResult } from '../guard';
import { measured } from '../measured';
import { READINGS } from '../readings';

const MAX_CALLS = 20;
/** Calls at work at once: a client's batch is not to take the instance from the others. */
const CONCURRENCY = 5;

const input = z.strictObject({
  calls: z
    .array(z.strictObject({ name: z.string().max(60), data: z.unknown().optional() }))
    .min(1)
    .max(MAX_CALLS),
});

/**
 * Up to 20 reading calls in one request. Each is what it would be by itself: it has its own roles,
 * counts for its own limit, may carry `ifVersion`, and fails alone. Results are in order.
 */
export const batch = onCall(
  withRedis({ memory: '512MiB', concurrency: 20 }),
  async (request): Promise<{ results: WireResult<object>[] }> => {
    compressAnswer(request.rawRequest);
    try {
      return await measured(() => answerAll(request));
    } catch (error) {
      throw toHttpsError(error);
    }
  },
);

async function answerAll(
  request: CallableRequest<unknown>,
): Promise<{ results: WireResult<object>[] }> {
  // The calls in it are counted, the batch is not.
  const definition = { roles: MEMBERS, input, amountOf: () => 0 };
  const [, { calls }] = await admitted(definition, request, request.data);
  return { results: await mapConcurrently(calls, CONCURRENCY, (call) => ask(call, request)) };
}

async function ask(
  { name, data }: { name: string; data?: unknown },
  request: CallableRequest<unknown>,
): Promise<WireResult<object>> {
  try {
    const load = Object.hasOwn(READINGS, name) ? READINGS[name] : undefined;
    if (!load) throw unknownCall();
    const { answer } = await load();
    return { ok: true, ...(await answer({ ...request, data })) };
  } catch (error) {
    return { ok: false, error: wireError(toHttpsError(error)) };
  }
}

const unknownCall = (): AppError =>
  new AppError('invalid-argument', 'A batch takes calls that read; this is none of them.', {
    details: { reason: 'not-a-reading', field: 'name', names: Object.keys(READINGS) },
  });
