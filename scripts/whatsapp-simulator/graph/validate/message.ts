import type { Json, Template } from '../../types.ts';
import { GraphError } from '../errors.ts';
import { CONTENT_CHECKS } from './content.ts';
import { Fields } from './fields.ts';
import type { FindMime } from './media.ts';
import { checkTemplate } from './template.ts';
import type { FindTemplate } from './template.ts';

const MAX_CALLBACK_DATA = 512;
const BSUID = /^[A-Z]{2}\.[A-Za-z0-9.]{1,128}$/;

/** A phone number as Meta reads it: seven to fifteen digits, whatever stands between them. */
const PHONE = /^\+?[\d\s().-]+$/;

/** Where a message goes: digits of a phone number, or a BSUID. */
export type Recipient = { waId: string } | { bsuid: string };

/** A message that may be sent, as far as its own content says. */
export interface ValidMessage {
  recipient: Recipient;
  /** The recipient as the request wrote it. */
  input: string;
  type: string;
  /** Only of a template message. */
  template?: Template;
  callbackData?: string;
}

/** What a message refers to. */
interface Catalogue {
  findMime: FindMime;
  findTemplate: FindTemplate;
}

/** Checks a request to send, from its envelope to its content. @throws GraphError */
export function checkMessage(body: unknown, catalogue: Catalogue): ValidMessage {
  const message = envelopeOf(body);
  if (message.has('recipient_type')) message.oneOf('recipient_type', ['individual']);
  const { recipient, input } = recipientOf(message);
  message.optionalObject('context')?.text('message_id');
  const callbackData = message.optionalText('biz_opaque_callback_data', MAX_CALLBACK_DATA);
  const type = message.text('type');
  const template = checkContent(message, type, catalogue);

  if (template?.category === 'AUTHENTICATION' && 'bsuid' in recipient) {
    throw new GraphError(131062, 'Authentication templates need a phone number.');
  }
  return {
    recipient,
    input,
    type,
    ...(template && { template }),
    ...(callbackData !== undefined && { callbackData }),
  };
}

/** The body as fields, once it says that it is for WhatsApp (100 when it does not). */
export function envelopeOf(body: unknown): Fields {
  const message = new Fields(body);
  if ((body as Json).messaging_product !== 'whatsapp') {
    throw new GraphError(100, 'messaging_product must be "whatsapp".');
  }
  return message;
}

function checkContent(message: Fields, type: string, catalogue: Catalogue): Template | undefined {
  if (type === 'template') {
    return checkTemplate(message.object('template'), catalogue.findTemplate, catalogue.findMime);
  }
  const check = Object.hasOwn(CONTENT_CHECKS, type) ? CONTENT_CHECKS[type] : undefined;
  if (!check) throw new GraphError(131051, `Messages of type ${type} cannot be sent.`);
  check(message, catalogue.findMime);
  return undefined;
}

/** `to` wins over `recipient`. */
function recipientOf(message: Fields): { recipient: Recipient; input: string } {
  if (!message.has('to') && message.has('recipient')) {
    const input = message.text('recipient');
    if (!BSUID.test(input)) throw message.invalid('recipient', 'is not a user id');
    return { recipient: { bsuid: input }, input };
  }
  const input = message.text('to');
  const waId = digits(input);
  if (!PHONE.test(input) || waId.length < 7 || waId.length > 15) {
    throw message.invalid('to', 'is not a phone number with its country code');
  }
  return { recipient: { waId }, input };
}

/** A phone number without everything that is not a digit. */
export function digits(phone: string): string {
  return phone.replace(/\D/g, '');
}

/** The recipient as the limits, the journal and the faults name it. */
export function keyOf({ recipient }: Pick<ValidMessage, 'recipient'>): string {
  return 'waId' in recipient ? recipient.waId : recipient.bsuid;
}
