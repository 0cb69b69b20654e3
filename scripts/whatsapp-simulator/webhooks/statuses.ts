import { hash } from 'node:crypto';
import { seconds } from '../clock.ts';
import { titleOf } from '../graph/errors.ts';
import type { Random } from '../random.ts';
import type { AcceptedSend, Json, SimulatorConfig } from '../types.ts';

/** A status to come. */
interface PlannedStatus {
  status: 'sent' | 'delivered' | 'read' | 'failed';
  afterMs: number;
  /** Of a failed one. */
  code?: number;
}

/** Decides how far a message gets. A code given makes it fail with that code. */
export function planStatuses(
  settings: SimulatorConfig['statuses'],
  random: Random,
  failWith?: number,
): PlannedStatus[] {
  // All three are drawn every time, so that one message's fate does not shift the next one's.
  const fails = random() < settings.failedShare;
  const arrives = random() < settings.deliveredShare;
  const isRead = random() < settings.readShare;

  if (failWith !== undefined || fails) {
    const code = failWith ?? settings.failedCode;
    return [{ status: 'failed', afterMs: settings.sentMs, code }];
  }
  const plan: PlannedStatus[] = [{ status: 'sent', afterMs: settings.sentMs }];
  if (arrives) plan.push({ status: 'delivered', afterMs: settings.deliveredMs });
  if (arrives && isRead) plan.push({ status: 'read', afterMs: settings.readMs });
  return plan;
}

/** Who got the message, as the status names them: a phone number, a BSUID, or both. */
export interface StatusRecipient {
  waId?: string;
  bsuid?: string;
}

/** A status as it stands in the webhook. */
export function statusBody(
  send: AcceptedSend,
  planned: PlannedStatus,
  recipient: StatusRecipient,
  category: string,
): Json {
  return {
    id: send.id,
    status: planned.status,
    timestamp: seconds(send.at + planned.afterMs),
    recipient_id: recipient.waId,
    recipient_user_id: recipient.bsuid,
    biz_opaque_callback_data: send.callbackData,
    ...(planned.code === undefined
      ? billing(send, category)
      : { errors: [statusError(planned.code)] }),
  };
}

function billing(send: AcceptedSend, category: string): Json {
  const pair = `${send.phoneNumberId}:${send.recipient}:${category}`;
  return {
    conversation: { id: hash('md5', pair), origin: { type: category } },
    pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category },
  };
}

function statusError(code: number): Json {
  const title = titleOf(code);
  return { code, title, message: title, error_data: { details: title } };
}
