import type { Meter } from './bill.ts';
import type { SimulatorClient } from '../../whatsapp-simulator/client.ts';

type Lib = {
  receive: typeof import('../../../functions/lib/webhooks/receive.js');
  send: typeof import('../../../functions/lib/messages/send.js');
  deliver: typeof import('../../../functions/lib/messages/deliver.js');
  intent: typeof import('../../../functions/lib/messages/intent.js');
  cancel: typeof import('../../../functions/lib/messages/cancel.js');
  addNote: typeof import('../../../functions/lib/messages/addNote.js');
  due: typeof import('../../../functions/lib/messages/due.js');
  messageSchema: typeof import('../../../functions/lib/messages/schema.js');
  label: typeof import('../../../functions/lib/conversations/label.js');
  assign: typeof import('../../../functions/lib/conversations/assign.js');
  setStatus: typeof import('../../../functions/lib/conversations/setStatus.js');
  markRead: typeof import('../../../functions/lib/conversations/markRead.js');
  snoozes: typeof import('../../../functions/lib/conversations/snoozes.js');
  contactRules: typeof import('../../../functions/lib/contacts/rules.js');
  conversationRules: typeof import('../../../functions/lib/conversations/rules.js');
  cache: typeof import('../../../functions/lib/platform/cache.js');
  firestore: typeof import('../../../functions/lib/platform/firestore.js');
};

/**
 * The parts of the product whose cost is measured. The benchmark takes them as they are deployed,
 * the test as they are written.
 */
export type Product = Pick<Lib['receive'], 'receiveWebhook'> &
  Pick<Lib['send'], 'send'> &
  Pick<Lib['deliver'], 'deliver'> &
  Pick<Lib['intent'], 'payloadOf'> &
  Pick<Lib['cancel'], 'cancel'> &
  Pick<Lib['addNote'], 'addNote'> &
  Pick<Lib['due'], 'processDue'> &
  Pick<Lib['messageSchema'], 'sendInput'> &
  Pick<Lib['label'], 'label'> &
  Pick<Lib['assign'], 'assign'> &
  Pick<Lib['setStatus'], 'setStatus'> &
  Pick<Lib['markRead'], 'markRead'> &
  Pick<Lib['snoozes'], 'wakeSnoozed'> &
  Pick<Lib['contactRules'], 'aliasIds'> &
  Pick<Lib['conversationRules'], 'conversationIdOf'> &
  Pick<Lib['cache'], 'clearCaches'> &
  Pick<Lib['firestore'], 'db' | 'toVersion'> & { onFirestoreOperation: Meter };

/** Where operations take place: an empty project with one channel. */
export interface World {
  product: Product;
  simulator: SimulatorClient;
}
