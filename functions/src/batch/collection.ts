import type { CollectionReference, DocumentData } from '@google-cloud/firestore';
import { db } from '../platform/firestore';
import { AppError } from '../shared/errors';

/** A collection as a domain knows it. */
export interface Collection<T> {
  /** Where it is: `messages`, `campaigns/spring/chunks`. */
  path: string;
  /** Makes a document of what is stored, or throws; left out, what is stored is taken for one. */
  decode?: (data: DocumentData, id: string) => T;
}

/**
 * Names a collection and the type of its documents.
 *
 * @example
 * const messages = collection<Message>('messages');
 * const contacts = collection('contacts', (data) => contactSchema.parse(data));
 */
export const collection = <T>(
  path: string,
  decode?: (data: DocumentData, id: string) => T,
): Collection<T> => ({ path, ...(decode ? { decode } : {}) });

export const collectionRef = (path: string): CollectionReference => db().collection(path);

/** What is stored as the domain's type. */
export const decoded = <T>({ decode }: Collection<T>, data: DocumentData, id: string): T =>
  decode ? decode(data, id) : (data as T);

const MAX_ID_BYTES = 1_500;

/** Refuses what Firestore would refuse, or would take for another document's path. */
export function checkId(path: string, id: string): void {
  const isWrong =
    id === '' ||
    id.includes('/') ||
    /^(?:\.\.?|__.*__)$/.test(id) ||
    // A character takes three bytes at most in relation to its length here.
    (id.length * 3 > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES);
  if (isWrong) {
    throw new AppError(
      'invalid-argument',
      `"${id.slice(0, 100)}" cannot be the id of a document in ${path}`,
      {
        details: { field: 'id' },
      },
    );
  }
}
