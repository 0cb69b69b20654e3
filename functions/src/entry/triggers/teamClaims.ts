import { onDocumentWritten } from 'firebase-functions/firestore';
import { syncClaims } from '../../team/syncClaims';

/** Keeps custom claims in step with `users`; retried until it succeeds. */
export const teamClaims = onDocumentWritten(
  { document: 'users/{uid}', retry: true },
  ({ params }) => syncClaims(params.uid),
);
