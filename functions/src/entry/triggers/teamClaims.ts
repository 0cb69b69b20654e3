import { onDocumentWritten } from 'firebase-functions/firestore';
import { syncClaims } from '../../team/syncClaims';
import { measured } from '../measured';

/** Keeps custom claims in step with `users`; retried until it succeeds. */
export const teamClaims = onDocumentWritten(
  { document: 'users/{uid}', retry: true },
  ({ params }) => measured(() => syncClaims(params.uid)),
);
