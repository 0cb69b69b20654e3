import { randomBytes } from 'node:crypto';
import { json } from '../http/messages.ts';
import type { Reply } from '../http/messages.ts';

/** HTTP status and title of each code; clients must decide on the code alone. */
const CATALOGUE: Record<number, readonly [status: number, title: string]> = {
  0: [401, 'We were unable to authenticate the app user'],
  1: [400, 'Invalid request or possible server error'],
  2: [503, 'Temporarily unavailable'],
  3: [500, 'Capability or permissions issue'],
  4: [400, 'The app has reached its API call rate limit'],
  10: [403, 'Permission is either not granted or has been removed'],
  33: [400, 'The business phone number has been deleted'],
  100: [400, 'Invalid parameter'],
  190: [401, 'Invalid OAuth access token'],
  368: [403, 'Temporarily blocked for policies violations'],
  80007: [400, 'The WhatsApp Business Account has reached its rate limit'],
  130403: [403, 'The user has blocked the business'],
  130429: [429, 'Rate limit hit'],
  130472: [400, "User's number is part of an experiment"],
  130497: [403, 'Business account is restricted from messaging users in this country'],
  131000: [500, 'Something went wrong'],
  131005: [403, 'Access denied'],
  131008: [400, 'Required parameter is missing'],
  131009: [400, 'Parameter value is not valid'],
  131016: [500, 'Service unavailable'],
  131021: [400, 'Recipient cannot be sender'],
  131026: [400, 'Message undeliverable'],
  131031: [403, 'Account has been locked'],
  131042: [400, 'Business eligibility payment issue'],
  131045: [500, 'Incorrect certificate'],
  131047: [400, 'Re-engagement message'],
  131048: [400, 'Spam rate limit hit'],
  131049: [400, 'Not delivered to maintain healthy ecosystem engagement'],
  131050: [400, 'User has stopped marketing messages from the business'],
  131051: [400, 'Unsupported message type'],
  131052: [400, 'Media download error'],
  131053: [400, 'Media upload error'],
  131056: [400, 'Business account and consumer account pair rate limit hit'],
  131057: [500, 'Business account is in maintenance mode'],
  131062: [400, 'Business-scoped user ids are not supported for this message'],
  131064: [400, 'Template misclassification limit hit'],
  132000: [400, 'Number of parameters does not match the expected number of params'],
  132001: [404, 'Template name does not exist in the translation'],
  132005: [400, 'Translated text too long'],
  132007: [400, 'Format character policy violated'],
  132012: [400, 'Parameter format does not match format in the created template'],
  132015: [400, 'Template is paused'],
  132016: [400, 'Template is disabled'],
  132018: [400, 'Invalid template parameters'],
  132068: [400, 'Flow is blocked'],
  132069: [400, 'Flow is throttled'],
  133004: [503, 'Server temporarily unavailable'],
  133010: [400, 'Phone number not registered'],
  135000: [400, 'Generic user error'],
};

/** A refusal in Meta's words. */
export class GraphError extends Error {
  readonly code: number;
  readonly httpStatus: number;
  readonly subcode: number | undefined;

  constructor(
    code: number,
    details: string,
    extra: { httpStatus?: number; subcode?: number } = {},
  ) {
    super(details);
    this.name = 'GraphError';
    this.code = code;
    this.httpStatus = extra.httpStatus ?? CATALOGUE[code]?.[0] ?? 400;
    this.subcode = extra.subcode;
  }
}

export function titleOf(code: number): string {
  return CATALOGUE[code]?.[1] ?? 'Unknown error';
}

/** The documented error envelope. */
export function errorReply(error: GraphError): Reply {
  return json(
    {
      error: {
        message: `(#${error.code}) ${titleOf(error.code)}`,
        type: 'OAuthException',
        code: error.code,
        error_data: { messaging_product: 'whatsapp', details: error.message },
        error_subcode: error.subcode,
        fbtrace_id: `A${randomBytes(16).toString('base64url')}`,
      },
    },
    error.httpStatus,
  );
}
