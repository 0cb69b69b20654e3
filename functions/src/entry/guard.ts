import {
  HttpsError,
  onCall,
  onRequest,
  type CallableFunction,
  type CallableOptions,
  type CallableRequest,
  type FunctionsErrorCode,
  type HttpsFunction,
  type HttpsOptions,
  type Request,
} from 'firebase-functions/https';
import { z } from 'zod';
import { recordDeadLetters } from '../deadLetters/record';
import { enforceAppCheck, functionTarget, secrets } from '../params';
import { checkLimit } from '../platform/limits/limit';
import type { LimitName } from '../platform/limits/table';
import { log } from '../platform/log';
import { addressGroup } from '../shared/address';
import { AppError, PermanentError, RetryLater } from '../shared/errors';
import { hashId } from '../shared/ids';
import { invalid } from '../shared/invalid';
import { tokenIsCurrent } from '../team/members';
import { role, type Member, type Role } from '../team/schema';
import { measured, outcomeOfStatus } from './measured';

/** The members who write with customers. */
export const AGENTS: readonly Role[] = ['admin', 'supervisor', 'agent'];
/** Those who answer for the team's work. */
export const SUPERVISORS: readonly Role[] = ['admin', 'supervisor'];
/** Those who see figures of everybody. */
export const OBSERVERS: readonly Role[] = ['admin', 'supervisor', 'viewer'];
export const MEMBERS: readonly Role[] = role.options;
export const ADMINS: readonly Role[] = ['admin'];

export interface CallableDefinition<Input extends z.ZodType> {
  /** Who may call it. */
  roles: readonly Role[];
  input: Input;
  options?: CallableOptions;
  /** Which limit its calls count for; `api` if left out. */
  limit?: LimitName;
  /** How much a call counts; 1 if left out. */
  amountOf?: (input: z.output<Input>) => number;
}

/**
 * A callable: authorise → parse → limit → handle → map the error. The handler runs for an active
 * member of one of the roles only, with an input of the schema's shape, within the limit.
 */
export function callable<Input extends z.ZodType, Output>(
  definition: CallableDefinition<Input>,
  handle: (member: Member, input: z.output<Input>) => Promise<Output>,
): CallableFunction<unknown, Promise<Output>> {
  return onCall<unknown, Promise<Output>>(withRedis(definition.options), async (request) => {
    try {
      return await measured(async () =>
        handle(...(await admitted(definition, request, request.data))),
      );
    } catch (error) {
      throw toHttpsError(error);
    }
  });
}

/** The options of a function that counts for limits, where there is a Redis to count in. */
export function withRedis<Options extends object>(options?: Options): Options {
  const { secrets: own = [] } = (options ?? {}) as Pick<CallableOptions, 'secrets'>;
  return { ...options, secrets: [...own, ...secrets.redisToken] } as unknown as Options;
}

/**
 * The member and the input of a call that may be handled.
 *
 * @param data the input as it was sent
 * @throws AppError for a call that may not
 */
export async function admitted<Input extends z.ZodType>(
  { roles, input, limit = 'api', amountOf = () => 1 }: CallableDefinition<Input>,
  request: CallableRequest<unknown>,
  data: unknown,
): Promise<[Member, z.output<Input>]> {
  const member = await authorise(request, roles);
  const parsed = input.safeParse(data ?? {});
  if (!parsed.success) throw invalid(parsed.error.issues);
  await checkLimit(limit, {
    // The calls that all callables share are the whole member's, the others each callable's.
    subject: limit === 'api' ? member.uid : `${member.uid}:${functionTarget() ?? ''}`,
    of: member.role,
    amount: amountOf(parsed.data),
  });
  return [member, parsed.data];
}

async function authorise(
  { auth, app }: CallableRequest<unknown>,
  roles: readonly Role[],
): Promise<Member> {
  if (enforceAppCheck() && !app) {
    throw new AppError('unauthenticated', 'The app could not be verified by App Check.', {
      details: { reason: 'app-check' },
    });
  }
  if (!auth) throw signedOut();
  return memberOf(auth.uid, auth.token['role'], roles);
}

const signedOut = (): AppError =>
  new AppError('unauthenticated', 'Sign in first.', { details: { reason: 'signed-out' } });

/** The member that a verified token tells of, if it is still true and of one of the roles. */
async function memberOf(uid: string, claim: unknown, roles: readonly Role[]): Promise<Member> {
  const claimed = role.safeParse(claim);
  if (!claimed.success || !(await tokenIsCurrent(uid, claimed.data))) {
    throw new AppError('permission-denied', 'You are not, or no longer, a member with this role.', {
      details: { reason: 'stale-token', hint: 'Refresh the token; if it stays, ask an admin.' },
    });
  }
  if (!roles.includes(claimed.data)) {
    throw new AppError('permission-denied', `This takes one of the roles ${roles.join(', ')}.`, {
      details: { reason: 'role' },
    });
  }
  return { uid, role: claimed.data };
}

/** The part of an HTTP request that tells who sends it. */
interface Asked {
  get(header: string): string | undefined;
}

/**
 * Who sends an HTTP request: `Authorization: Bearer` with the member's Firebase ID token. Counts it
 * for the limit of calls.
 *
 * @param verify platform/auth's `accountOfToken`; given, because most functions do not load it
 */
export async function authoriseRequest(
  request: Asked,
  roles: readonly Role[],
  verify: (token: string) => Promise<{ uid: string; role: unknown } | undefined>,
): Promise<Member> {
  const token = /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
  const account = token === undefined ? undefined : await verify(token);
  if (!account) throw signedOut();
  const member = await memberOf(account.uid, account.role, roles);
  await checkLimit('api', { subject: member.uid, of: member.role });
  return member;
}

/** Express' response, as firebase-functions hands it over. */
type Response = Parameters<Parameters<typeof onRequest>[0]>[1];

/** An HTTP function; what it answers is what it is counted as. */
export const http = (
  options: HttpsOptions,
  handle: (request: Request, response: Response) => Promise<void>,
): HttpsFunction =>
  onRequest(withRedis(options), async (request, response) => {
    try {
      await measured(
        () => handle(request, response),
        () => outcomeOfStatus(response.statusCode),
      );
    } catch (error) {
      const { status, headers, body } = httpError(error);
      if (response.headersSent) response.destroy();
      else response.status(status).set(headers).json(body);
    }
  });

/** From where an HTTP request comes, as limits count it. */
export const addressOf = (request: Asked): string =>
  // Google's front end adds the address that it sees at the end; what is before may be made up.
  hashId('address', addressGroup(request.get('x-forwarded-for')?.split(',').at(-1) ?? ''));

/** How an error is told over HTTP: a status, headers, and what a callable would say as JSON. */
export function httpError(error: unknown): {
  status: number;
  headers: Record<string, string>;
  body: unknown;
} {
  const shown = toHttpsError(error);
  const wait = error instanceof AppError ? error.details['retryAfterSeconds'] : undefined;
  return {
    status: shown.httpErrorCode.status,
    headers: typeof wait === 'number' ? { 'retry-after': String(wait) } : {},
    body: { error: shown.toJSON() },
  };
}

/** What a caller is told of an error: everything of a refusal, nothing of anything else. */
export function toHttpsError(error: unknown): HttpsError {
  if (error instanceof AppError) {
    return new HttpsError(error.code satisfies FunctionsErrorCode, error.message, error.details);
  }
  log.error('a call failed', { error });
  return new HttpsError('internal', 'Something went wrong on our side; it is safe to try again.');
}

/** What a member of a list of results is, on the wire. */
export type WireResult<T extends object> = ({ ok: true } & T) | { ok: false; error: WireError };

interface WireError {
  code: FunctionsErrorCode;
  message: string;
  details: unknown;
}

/** A result, or why there is none. */
export const wireResult = <T extends object>(result: T | AppError): WireResult<T> =>
  result instanceof AppError ? { ok: false, error: wireError(result) } : { ok: true, ...result };

export const wireError = ({ code, message, details }: WireError): WireError => ({
  code,
  message,
  details,
});

/** The part of a task queue's request that the guard needs. */
export interface TaskRequest {
  data: unknown;
}

/**
 * The handler of a task: what can never succeed is recorded in `deadLetters` and acknowledged, for
 * Cloud Tasks would deliver it again and again; everything else is thrown and delivered again.
 */
export const task =
  <Payload extends z.ZodType>(
    source: string,
    payload: Payload,
    handle: (payload: z.output<Payload>) => Promise<void>,
  ) =>
  async ({ data }: TaskRequest): Promise<void> => {
    const parsed = payload.safeParse(data);
    if (!parsed.success) {
      const raw = JSON.stringify(data ?? null);
      await recordDeadLetters([{ kind: 'task', reason: 'not a task of this queue', raw, source }]);
      return;
    }
    try {
      await measured(() => handle(parsed.data));
    } catch (error) {
      if (error instanceof RetryLater) throw new HttpsError('unavailable', error.message);
      if (!(error instanceof PermanentError)) throw error;
      const raw = JSON.stringify(data);
      await recordDeadLetters([{ kind: 'task', reason: error.message, raw, source }]);
    }
  };
