// The simulator's public vocabulary: what the control API takes and answers.
// Times are in milliseconds unless a name says otherwise; wire objects keep Meta's snake_case.

import type { Fault, FaultSpec } from './faults.ts';

export type { Fault, FaultKind, FaultMatch, FaultSpec } from './faults.ts';

/** A JSON object whose fields nobody has looked at yet. */
export type Json = Record<string, unknown>;

/** Everything that can be tuned at start, by `PATCH /_control/config` or in a reset. */
export interface SimulatorConfig {
  /** The bearer token that Graph calls must carry. */
  token: string;
  /** Signs the webhooks. */
  appSecret: string;
  /** Sent in the handshake. */
  verifyToken: string;
  wabaId: string;
  /** Where webhooks are posted; empty = nowhere, and none is kept. */
  webhookUrl: string;
  /** Seeds every random choice: faults, shuffles and the shares of statuses. */
  seed: number;
  /** Refuse free-form messages outside the 24 h window (131047). */
  enforceWindow: boolean;
  /** Accepted messages in any one second, for numbers without an `mps` of their own (130429). */
  throughput: { enabled: boolean; mps: number };
  /** One message per interval to one user, with bursts borrowed against later (131056). */
  pairLimit: { enabled: boolean; intervalMs: number; burst: number };
  /** When statuses follow an accepted send, counted from it, and how many get that far (0–1). */
  statuses: {
    sentMs: number;
    deliveredMs: number;
    readMs: number;
    deliveredShare: number;
    /** Of the delivered ones. */
    readShare: number;
    /** Of all; a failed message has no other status. */
    failedShare: number;
    failedCode: number;
  };
  webhooks: {
    /** Updates a POST; Meta's limit is 1,000. */
    maxBatch: number;
    /** How long the first update waits for company. */
    lingerMs: number;
    maxInFlight: number;
    /** Wait before the second try; it doubles with every further one, up to `retryMaxMs`. */
    retryBaseMs: number;
    retryMaxMs: number;
    /** Tries in all, then the updates are given up. */
    maxTries: number;
    timeoutMs: number;
  };
  /** How long a media URL can be downloaded. */
  mediaUrlTtlMs: number;
  /** Recipients (digits or BSUID) that are refused with 131026. */
  undeliverable: string[];
}

/** A part of the configuration, to any depth; lists are replaced whole. */
export type ConfigPatch = {
  [K in keyof SimulatorConfig]?: SimulatorConfig[K] extends unknown[]
    ? SimulatorConfig[K]
    : Partial<SimulatorConfig[K]>;
};

export interface PhoneNumber {
  id: string;
  displayPhoneNumber: string;
  verifiedName: string;
  qualityRating: 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN';
  /** DISCONNECTED answers 133010 to sends, DELETED answers 33. */
  status: 'CONNECTED' | 'DISCONNECTED' | 'DELETED';
  /** Messages a second; absent = the configured default. */
  mps?: number;
  /** How many people it may write to first in 24 h (`TIER_250`, …); absent = not told. */
  messagingLimitTier?: string;
}

export interface TemplateButton {
  type: 'QUICK_REPLY' | 'URL' | 'PHONE_NUMBER' | 'COPY_CODE' | 'FLOW';
  text: string;
  url?: string;
  phone_number?: string;
}

export interface TemplateComponent {
  type: 'HEADER' | 'BODY' | 'FOOTER' | 'BUTTONS';
  format?: 'TEXT' | 'IMAGE' | 'VIDEO' | 'DOCUMENT' | 'LOCATION';
  text?: string;
  buttons?: TemplateButton[];
}

/** A template as Meta lists it. */
export interface Template {
  id: string;
  name: string;
  language: string;
  status: 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED';
  category: 'MARKETING' | 'UTILITY' | 'AUTHENTICATION';
  parameter_format: 'POSITIONAL' | 'NAMED';
  components: TemplateComponent[];
}

/** One accepted send: a line of the journal. */
export interface AcceptedSend {
  /** 1 for the journal's first; also the cursor of `GET /_control/sends`. */
  seq: number;
  /** The wamid. */
  id: string;
  /** Epoch milliseconds, with fractions. */
  at: number;
  phoneNumberId: string;
  /** Digits of the phone number, or the BSUID. */
  recipient: string;
  type: string;
  callbackData?: string;
  /** The request as it came. */
  message: Json;
}

export interface SendQuery {
  recipient?: string;
  callbackData?: string;
  /** At most this many; default 100. */
  limit?: number;
  /** Only sends with a greater `seq`. */
  after?: number;
}

export interface SendPage {
  data: AcceptedSend[];
  /** Give it back as `after`; absent on the last page. */
  after?: number;
}

export interface SendCounts {
  total: number;
  byRecipient: Record<string, number>;
  /** The callback data that more than one accepted send carried. */
  duplicates: { callbackData: string; count: number }[];
  /** The most sends accepted in any one second, by phone number id. */
  maxPerSecond: Record<string, number>;
}

export interface WebhookStats {
  /** POSTs that were answered 200, and the updates in them. */
  posted: number;
  updates: number;
  /** Further tries of POSTs. */
  retried: number;
  /** Updates whose last try failed. */
  givenUp: number;
  /** Updates that a fault swallowed, and copies that a fault added. */
  dropped: number;
  duplicated: number;
  /** Updates that are scheduled, queued, in flight or waiting for another try. */
  pending: number;
  inFlight: number;
}

export interface SimulatorStats {
  accepted: number;
  /** Messages marked as read, typing indicators included. */
  reads: number;
  rejectedByCode: Record<string, number>;
  /** Connections cut before and after the request was handled, and bare HTTP errors. */
  cutBefore: number;
  cutAfter: number;
  httpErrors: number;
  webhooks: WebhookStats;
}

/** An inbound message: its type, the content under the type's name, `context`, `referral`, … */
export interface InboundMessage extends Json {
  type: string;
  id?: string;
  /** Epoch seconds; default now. The 24 h window opens at it. */
  timestamp?: number | string;
}

/** Who writes. */
export interface Sender {
  bsuid?: string;
  name?: string;
  username?: string;
  /** Leave `from` and `wa_id` out; without a `bsuid` one is derived from the number. */
  hidePhone?: boolean;
}

export interface InboundOptions {
  /** The business number written to; default the first. */
  phoneNumberId?: string;
  /** Further copies of each message. */
  duplicates?: number;
  shuffle?: boolean;
}

/** Body of `POST /_control/customers/{waId}/messages`. */
export interface CustomerSends extends Sender, InboundOptions {
  messages: InboundMessage[];
}

/** Body of `POST /_control/inbound`. */
export interface BulkInbound extends InboundOptions {
  customers: (Sender & { waId: string; messages: InboundMessage[] })[];
  /** Messages in one webhook POST (1–1,000); default the configured `maxBatch`. */
  perPost?: number;
}

/** Body of `POST /_control/webhooks`: exactly one of `value`, `body` and `raw`. */
export interface WebhookPost {
  /** A change's value, in the usual envelope under `field` (default `messages`). */
  value?: unknown;
  field?: string;
  /** The entire body. */
  body?: unknown;
  /** The body's exact text, for broken JSON. */
  raw?: string;
  signature?: 'valid' | 'invalid' | 'missing';
}

/** What the webhook answered; status 0 = no answer, and the text says why. */
export interface WebhookAnswer {
  status: number;
  text: string;
  ms: number;
}

export interface HandshakeResult extends WebhookAnswer {
  /** 200 with the bare challenge. */
  verified: boolean;
  challenge: string;
}

export interface FaultList {
  faults: Fault[];
}

export type FaultInput = FaultSpec | FaultSpec[];
