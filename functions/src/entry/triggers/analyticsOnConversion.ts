import { onDocumentCreated } from 'firebase-functions/firestore';
import { conversionChanged } from '../../analytics/changes';
import type { Conversion } from '../../analytics/schema';
import { changeOf } from '../change';
import { measured } from '../measured';

/** Publishes a conversion that was recorded; retried until it succeeds. */
export const analyticsOnConversion = onDocumentCreated(
  { document: 'conversions/{id}', retry: true },
  (event) =>
    measured(async () => {
      const change = changeOf<Conversion>({
        ...event,
        data: event.data && { before: undefined, after: event.data },
      });
      if (change) await conversionChanged(change);
    }),
);
