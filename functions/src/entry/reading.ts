import { onCall, type CallableFunction, type CallableRequest } from 'firebase-functions/https';
import type { z } from 'zod';
import type { Member } from '../team/schema';
import { compressAnswer } from './compression';
import { admitted, toHttpsError, withRedis, type CallableDefinition } from './guard';
import { measured } from './measured';
import { parseKnown, versioned, type Versioned } from './versions';

/** A callable that only reads, and what is behind it, for a batch. */
export interface Reading<Output extends object> extends CallableFunction<
  unknown,
  Promise<Output | Versioned<Output>>
> {
  /** Admits the caller and answers; throws AppError. */
  answer(request: CallableRequest<unknown>): Promise<Output | Versioned<Output>>;
}

/**
 * A callable that only reads. Called with `ifVersion`, the version of the answer that the client
 * has (null for none), it answers with a `version`, or with `{unchanged: true, version}` alone;
 * called without, as any callable does. Answers over 1 KB are compressed. Listed in readings.ts,
 * it may be part of a batch.
 */
export function reading<Input extends z.ZodType, Output extends object>(
  definition: CallableDefinition<Input>,
  handle: (member: Member, input: z.output<Input>) => Promise<Output>,
): Reading<Output> {
  const answer: Reading<Output>['answer'] = async (request) => {
    const { known, data } = parseKnown(request.data);
    const whole = await handle(...(await admitted(definition, request, data)));
    return known === undefined ? whole : versioned(whole, known);
  };
  const deployed = onCall<unknown, Promise<Output | Versioned<Output>>>(
    withRedis(definition.options),
    async (request) => {
      compressAnswer(request.rawRequest);
      try {
        return await measured(() => answer(request));
      } catch (error) {
        throw toHttpsError(error);
      }
    },
  );
  return Object.assign(deployed, { answer });
}
