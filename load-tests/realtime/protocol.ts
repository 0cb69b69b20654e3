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
  /** Messages older than this are not listened to, epoch ms. */
  since: number;
}

/** A message that a listener showed: when first, epoch ms, and how often it was added. */
export interface Seen {
  id: string;
  at: number;
  times: number;
}

export type ToListeners = { listen: ListenersConfig } | { report: true };
export type FromListeners = { listening: true } | { failed: string } | { seen: Seen[] };
