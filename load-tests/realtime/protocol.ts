/** What the process with the listeners is told. */
export interface ListenersConfig {
  projectId: string;
  apiKey: string;
  /** Where the emulators are; absent for a deployed project. */
  emulators?: { auth: string; firestore: string };
  /** How the member signs in. */
  member: { customToken: string } | { email: string; password: string };
  /** The conversations that are listened to, one listener each. */
  conversations: string[];
}

/** What the listener of a conversation showed. */
export interface Seen {
  conversationId: string;
  /** The last number of unread messages. */
  unread: number;
  /** The messages that were the latest from the customer, by wamid, and when, epoch ms. */
  latest: Record<string, number>;
}

export type ToListeners = { listen: ListenersConfig } | { report: true };
export type FromListeners = { listening: true } | { failed: string } | { seen: Seen[] };
