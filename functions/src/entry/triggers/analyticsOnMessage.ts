import { onDocumentWritten } from 'firebase-functions/firestore';
import { messageChanged } from '../../analytics/changes';
import type { Message } from '../../messages/schema';
import { changeOf } from '../change';
import { measured } from '../measured';

/** Publishes what a write to a message changes of the figures; retried until it succeeds. */
export const analyticsOnMessage = onDocumentWritten(
  { document: 'messages/{id}', retry: true, maxInstances: 50 },
  (event) =>
    measured(async () => {
      const change = changeOf<Message>(event);
      if (change) await messageChanged(change);
    }),
);
