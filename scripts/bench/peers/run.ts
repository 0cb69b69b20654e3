import type { Kills } from '../kills.ts';
import type { Used } from '../processes.ts';

/** Messages that an app hands to a service, one a call, as they come. */
export interface Run {
  messages: number;
  /** How many come in a second, by chance. */
  perSecond: number;
  /** What the number is allowed, messages a second. */
  mps: number;
  /** How long WhatsApp takes for an answer. */
  answerMs: number;
  /** Of what hands messages to WhatsApp. */
  kills?: Kills;
  progress: (text: string) => void;
}

/** What came of it. */
export interface Ran {
  /** From a message's arrival until the service had taken it, ms. */
  taken: number[];
  /** From a message's arrival until WhatsApp had accepted it, ms; of those that it accepted. */
  accepted: number[];
  /** Accepted by WhatsApp a second, from the first to the last. */
  throughput: number;
  /** Accepted sends by recipient, and what the service shows of each; digits only. */
  seen: { byRecipient: Map<string, number> };
  outcomes: Map<string, string>;
  /** Of the service's own processes. */
  used: Used;
}
