import { setTimeout } from 'node:timers/promises';

/** Waits. For backoff within one request only; what has to wait longer is kept in Firestore. */
export const sleep = (milliseconds: number): Promise<void> => setTimeout(milliseconds);
