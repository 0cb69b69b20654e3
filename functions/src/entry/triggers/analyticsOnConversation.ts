import { onDocumentWritten } from 'firebase-functions/firestore';
import { conversationChanged } from '../../analytics/changes';
import type { Conversation } from '../../conversations/schema';
import { changeOf } from '../change';
import { measured } from '../measured';

/** Publishes first answers and resolutions; retried until it succeeds. */
export const analyticsOnConversation = onDocumentWritten(
  { document: 'conversations/{id}', retry: true, maxInstances: 50 },
  (event) =>
    measured(async () => {
      const change = changeOf<Conversation>(event);
      if (change) await conversationChanged(change);
    }),
);
