/** A message to send. */
export interface Job {
  key: string;
  /** Digits only. */
  phone: string;
  body: string;
}

export const QUEUE = 'messages';

/** What is known of a message: its wamid, and when it came to each status. */
export const messageKey = (key: string): string => `message:${key}`;
