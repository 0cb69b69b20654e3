import { hash, randomUUID } from 'node:crypto';

/**
 * A document id derived from the parts of a provider's key: the same parts give the same id
 * (which is what de-duplicates), and ids spread evenly, which Firestore and Cloud Tasks want.
 */
export function hashId(...parts: string[]): string {
  return hash('sha256', parts.join('\u0000'), 'hex').slice(0, 40);
}

/** A new random id. */
export const newId = (): string => randomUUID();
