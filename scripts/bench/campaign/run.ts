import type { WebhookStats } from '../../whatsapp-simulator/types.ts';
import type { Kills } from '../kills.ts';
import type { Seen } from './rates.ts';

/** A campaign that is to be run. */
export interface Run {
  recipients: number;
  /** The channel's messages a second. */
  mps: number;
  /** How long WhatsApp takes for an answer. */
  answerMs: number;
  /** Instances that share the lanes; left out: one for each lane. */
  laneInstances?: number;
  /** Recipients claimed in a write; left out: as the parameter's default. */
  microBatch?: number;
  /** How often the minute's function is called; left out: each minute, as Cloud Scheduler does. */
  minuteMs?: number;
  kills?: Kills;
  progress: (text: string) => void;
}

/** What came of it. */
export interface Ran {
  seen: Seen;
  /** What the sender shows of each recipient, by digits. */
  outcomes: Map<string, string>;
  webhooks: WebhookStats;
}
