import { z } from 'zod';
import { graphBase, graphVersion, whatsappTimeoutMs, whatsappToken } from '../../params';
import { elapsed } from '../clock';
import { log, logs } from '../log';
import { counter, histogram } from '../metrics';
import { exchange } from './exchange';

/** The error object of the Graph API, in answers and in webhooks. */
export const graphError = z.object({
  code: z.number(),
  title: z.string().optional(),
  message: z.string().optional(),
  error_subcode: z.number().optional(),
  error_data: z.object({ details: z.string().optional() }).optional(),
});
export type GraphError = z.infer<typeof graphError>;

/** What a call came to. Only `rejected` and `notSent` prove that nothing happened. */
export type CallOutcome =
  | { kind: 'accepted'; body: unknown }
  | { kind: 'rejected'; error: GraphError }
  /** The connection was never made. */
  | { kind: 'notSent'; cause: string }
  /** It may have been carried out: the answer is missing or makes no sense. */
  | { kind: 'unknown'; cause: string };

const errorBody = z.object({ error: graphError });

/** Calls the Graph API; never throws for what the network or Meta does. */
export async function callGraph(
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<CallOutcome> {
  const started = elapsed();
  const outcome = await request(method, path, body);
  const seconds = (elapsed() - started) / 1_000;
  const call = path.endsWith('/messages') ? 'messages' : 'other';
  const code = outcome.kind === 'rejected' ? String(outcome.error.code) : '';
  counter('recado_whatsapp_requests_total', call, outcome.kind, code).inc();
  histogram('recado_whatsapp_request_duration_seconds', call).observe(seconds);
  if (logs('debug')) log.debug('whatsapp', { call, outcome: outcome.kind, code, seconds });
  return outcome;
}

async function request(method: 'GET' | 'POST', path: string, body: unknown): Promise<CallOutcome> {
  const answer = await exchange({
    method,
    url: `${graphBase()}/${graphVersion()}/${path}`,
    headers: {
      authorization: `Bearer ${whatsappToken()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: whatsappTimeoutMs(),
  });
  if (answer.kind === 'failed') {
    return { kind: answer.isSent ? 'unknown' : 'notSent', cause: answer.cause };
  }
  const { status, text } = answer;
  const json = parseJson(text);
  if (status >= 200 && status < 300 && json !== undefined) return { kind: 'accepted', body: json };
  const rejected = errorBody.safeParse(json);
  if (rejected.success) return { kind: 'rejected', error: rejected.data.error };
  // A bare 4xx comes from something in front of the API that turned the call away.
  if (status >= 400 && status < 500) {
    return {
      kind: 'rejected',
      error: { code: status === 429 ? 130429 : 100, title: `HTTP ${status}` },
    };
  }
  return { kind: 'unknown', cause: `HTTP ${status}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a send came to. */
export type SendOutcome =
  { kind: 'accepted'; wamid: string } | Exclude<CallOutcome, { kind: 'accepted' }>;

const sendAnswer = z.object({ messages: z.tuple([z.object({ id: z.string().min(1).max(512) })]) });

/**
 * Sends a message once. There is no idempotency key: after `unknown` it must not be sent again,
 * the statuses that come back with `biz_opaque_callback_data` tell what became of it.
 */
export async function sendMessage(channelId: string, payload: object): Promise<SendOutcome> {
  const outcome = await callGraph('POST', `${channelId}/messages`, {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...payload,
  });
  if (outcome.kind !== 'accepted') return outcome;
  const answer = sendAnswer.safeParse(outcome.body);
  return answer.success
    ? { kind: 'accepted', wamid: answer.data.messages[0].id }
    : { kind: 'unknown', cause: 'answer without a message id' };
}

/** Shows the customer blue ticks up to this message. */
export const markAsRead = (channelId: string, wamid: string): Promise<CallOutcome> =>
  callGraph('POST', `${channelId}/messages`, {
    messaging_product: 'whatsapp',
    status: 'read',
    message_id: wamid,
  });
