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
import { enforceAppCheck } from '../params';
import { log } from '../platform/log';
import { AppError, PermanentError, RetryLater, type ErrorCode } from '../shared/errors';
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

interface CallableDefinition<Input extends z.ZodType> {
  /** Who may call it. */
  roles: readonly Role[];
  input: Input;
  options?: CallableOptions;
}

/**
 * A callable: parse → authorise → handle → map the error. The handler runs for an active member
 * of one of the roles only, with an input of the schema's shape.
 */
export function callable<Input extends z.ZodType, Output>(
  { roles, input, options = {} }: CallableDefinition<Input>,
  handle: (member: Member, input: z.output<Input>) => Promise<Output>,
): CallableFunction<unknown, Promise<Output>> {
  return onCall<unknown, Promise<Output>>(options, async (request) => {
    try {
      return await measured(async () => {
        const member = await authorise(request, roles);
        const parsed = input.safeParse(request.data ?? {});
        if (!parsed.success) throw invalid(parsed.error.issues);
        return handle(member, parsed.data);
      });
    } catch (error) {
      throw toHttpsError(error);
    }
  });
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
interface Authorised {
  get(header: string): string | undefined;
}

/**
 * Who sends an HTTP request: `Authorization: Bearer` with the member's Firebase ID token.
 *
 * @param verify platform/auth's `accountOfToken`; given, because most functions do not load it
 */
export async function authoriseRequest(
  request: Authorised,
  roles: readonly Role[],
  verify: (token: string) => Promise<{ uid: string; role: unknown } | undefined>,
): Promise<Member> {
  const token = /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
  const account = token === undefined ? undefined : await verify(token);
  if (!account) throw signedOut();
  return memberOf(account.uid, account.role, roles);
}

/** Express' response, as firebase-functions hands it over. */
type Response = Parameters<Parameters<typeof onRequest>[0]>[1];

/** An HTTP function; what it answers is what it is counted as. */
export const http = (
  options: HttpsOptions,
  handle: (request: Request, response: Response) => Promise<void>,
): HttpsFunction =>
  onRequest(options, async (request, response) => {
    try {
      await measured(
        () => handle(request, response),
        () => outcomeOfStatus(response.statusCode),
      );
    } catch (error) {
      const { status, body } = httpError(error);
      if (response.headersSent) response.destroy();
      else response.status(status).json(body);
    }
  });

/** How an error is told over HTTP: a status, and what a callable would say as JSON. */
export function httpError(error: unknown): { status: number; body: unknown } {
  const shown = toHttpsError(error);
  return { status: shown.httpErrorCode.status, body: { error: shown.toJSON() } };
}

function toHttpsError(error: unknown): HttpsError {
  if (error instanceof AppError) {
    return new HttpsError(error.code satisfies FunctionsErrorCode, error.message, error.details);
  }
  log.error('a call failed', { error });
  return new HttpsError('internal', 'Something went wrong on our side; it is safe to try again.');
}

/** What a member of a list of results is, on the wire: the result, or why there is none. */
export const wireResult = <T extends object>(result: T | AppError) =>
  result instanceof AppError
    ? { ok: false as const, error: wireError(result) }
    : { ok: true as const, ...result };

const wireError = ({
  code,
  message,
  details,
}: AppError): {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
} => ({ code, message, details });

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
