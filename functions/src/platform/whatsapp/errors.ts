import type { Backoff } from '../../shared/backoff';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What an error code of WhatsApp's API says about a message that was not accepted. */
export type Disposition =
  /** Try again by itself, after the backoff, until `attempts` sends were made in all. */
  | { action: 'retry'; reason: string; attempts: number; backoff: Backoff; scope: Scope }
  /** This message can never be delivered. */
  | { action: 'fail'; reason: string; scope: Scope }
  /** Nothing more may be sent until a person has put it right; the message waits. */
  | { action: 'pause'; reason: string; scope: 'channel' | 'account' };

/** What the error is about, and so what else it concerns. */
type Scope = 'message' | 'recipient' | 'template' | 'campaign' | 'channel' | 'account';

const retry = (
  reason: string,
  attempts: number,
  [base, factor, max]: [number, number, number],
  scope: Scope = 'message',
): Disposition => ({ action: 'retry', reason, attempts, backoff: { base, factor, max }, scope });

const fail = (reason: string, scope: Scope = 'message'): Disposition => ({
  action: 'fail',
  reason,
  scope,
});

const pause = (reason: string, scope: 'channel' | 'account'): Disposition => ({
  action: 'pause',
  reason,
  scope,
});

const temporary = retry('temporarily-unavailable', 6, [2 * SECOND, 2, 10 * MINUTE]);
const callLimit = retry('call-limit', 8, [5 * MINUTE, 2, HOUR], 'account');
const badRequest = fail('bad-request');
const badTemplate = fail('bad-template-parameters', 'template');
const unknownToUs = retry('unknown', 3, [5 * SECOND, 3, 2 * MINUTE]);

/**
 * The one table that decides about errors, by `code` and never by HTTP status.
 *
 * @see https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
 */
const TABLE: ReadonlyMap<number, Disposition> = new Map<number, Disposition>([
  [1, retry('unknown', 3, [5 * SECOND, 3, 2 * MINUTE])],
  ...each([2, 131000, 131016, 133004], temporary),
  [131057, retry('maintenance', 6, [2 * MINUTE, 1, 2 * MINUTE], 'channel')],
  ...each([4, 80007], callLimit),
  [130429, retry('throughput', 8, [4 * SECOND, 2, 5 * MINUTE], 'channel')],
  [131056, retry('pair-limit', 6, [8 * SECOND, 4, HOUR], 'recipient')],
  ...each([131048, 131064], retry('spam-limit', 3, [HOUR, 4, 12 * HOUR], 'campaign')),
  // "Not before 24 h": with equal jitter the fixed half of the delay is a whole day.
  [131049, retry('healthy-ecosystem', 2, [48 * HOUR, 1, 48 * HOUR], 'recipient')],
  [131050, fail('user-stopped-marketing', 'recipient')],
  [130472, fail('experiment')],
  [131026, fail('undeliverable', 'recipient')],
  [131047, fail('window-closed')],
  ...each([130403, 131021], fail('recipient-not-allowed', 'recipient')),
  ...each([100, 131008, 131009, 131051, 135000], badRequest),
  ...each([33, 131045, 133010], pause('number-not-registered', 'channel')),
  [131052, fail('inbound-media-failed')],
  [131053, fail('media-failed')],
  ...each([132000, 132012, 132018, 132005, 132007], badTemplate),
  ...each([132001, 132015], fail('template-unavailable', 'template')),
  [132016, fail('template-disabled', 'template')],
  ...each([132068, 132069], fail('flow-unavailable', 'template')),
  ...each([0, 190], pause('token', 'account')),
  ...each([3, 10, 131005], pause('permission', 'account')),
  ...each([368, 131031], pause('account-restricted', 'account')),
  [130497, fail('country-not-allowed', 'recipient')],
  [131042, pause('payment', 'account')],
  [131062, fail('phone-number-needed', 'recipient')],
]);

function each(codes: number[], disposition: Disposition): [number, Disposition][] {
  return codes.map((code) => [code, disposition]);
}

/** What to do about an error code; codes that nobody knows get three tries. */
export function dispositionOf(code: number): Disposition {
  if (code >= 200 && code <= 299) return pause('permission', 'account');
  return TABLE.get(code) ?? unknownToUs;
}
