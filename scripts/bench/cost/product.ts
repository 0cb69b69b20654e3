import { conversationIdOf } from '../../../functions/lib/conversations/rules.js';
import { aliasIds } from '../../../functions/lib/contacts/rules.js';
import { assign } from '../../../functions/lib/conversations/assign.js';
import { label } from '../../../functions/lib/conversations/label.js';
import { markRead } from '../../../functions/lib/conversations/markRead.js';
import { setStatus } from '../../../functions/lib/conversations/setStatus.js';
import { wakeSnoozed } from '../../../functions/lib/conversations/snoozes.js';
import { addNote } from '../../../functions/lib/messages/addNote.js';
import { cancel } from '../../../functions/lib/messages/cancel.js';
import { deliver } from '../../../functions/lib/messages/deliver.js';
import { processDue } from '../../../functions/lib/messages/due.js';
import { payloadOf } from '../../../functions/lib/messages/intent.js';
import { sendInput } from '../../../functions/lib/messages/schema.js';
import { send } from '../../../functions/lib/messages/send.js';
import { clearCaches } from '../../../functions/lib/platform/cache.js';
import { db, toVersion } from '../../../functions/lib/platform/firestore.js';
import { onFirestoreOperation } from '../../../functions/lib/platform/meter.js';
import { receiveWebhook } from '../../../functions/lib/webhooks/receive.js';
import type { Product } from './world.ts';

/** The product as it is deployed. */
export const deployedProduct: Product = {
  addNote,
  aliasIds,
  assign,
  cancel,
  clearCaches,
  conversationIdOf,
  db,
  deliver,
  label,
  markRead,
  onFirestoreOperation,
  payloadOf,
  processDue,
  receiveWebhook,
  send,
  sendInput,
  setStatus,
  toVersion,
  wakeSnoozed,
};
