import type { Snapshot } from '../shared/snapshot';

/** What all instances counted, merged; kept in `telemetry/totals`. Times are epoch ms. */
export interface Totals {
  /** Since the beginning. */
  total: Snapshot;
  /** The last minutes, in parts of up to five; the latest is last. */
  windows: { from: number; snapshot: Snapshot }[];
  /** When each instance flushed last, for those of the last minutes. */
  instances: Record<string, number>;
  /** What Firestore billed on a day (UTC). */
  day: { date: string; read: number; write: number; delete: number };
  mergedAt: number;
}

/** `schedules/{name}`: how a schedule's last run went; written every few minutes at most. */
export interface ScheduleRun {
  everyMs: number;
  lastRunAt: number;
  durationMs: number;
  outcome: 'ok' | 'failed';
  /** Why it failed; no personal data. */
  error: string | null;
  /** Runs in a row that failed. */
  failures: number;
  /** What Firestore billed for the run. */
  cost: { reads: number; writes: number; deletes: number };
}

/** What is known of the system at a time: what rules decide on. */
export interface Facts {
  at: number;
  /** The metrics of the last five to ten minutes. */
  recent: Snapshot;
  recentMs: number;
  instances: number;
  /** Firestore's list price for today so far, without the free tier. */
  spentUsd: number;
  budgetUsd: number;
  channels: {
    id: string;
    quality: string | null;
    paused: { reason: string; code: number | null } | null;
  }[];
  campaigns: {
    id: string;
    channelId: string;
    pausedBy: { reason: string; code: number } | null;
    stalledMs: number;
  }[];
  queues: { messages: number; jobs: number };
  deadLetters: number;
  expiringMedia: number;
  schedules: (ScheduleRun & { name: string })[];
  /** When the instances' metrics were merged last. */
  mergedAt: number;
}

export type Severity = 'warning' | 'critical';

/** `alerts/{rule}_{subject}`: opened once, closed when it is over, opened again if it comes back. */
export interface Alert {
  rule: string;
  /** What it is about: a function, a channel, a campaign; `all` for the whole. */
  subject: string;
  severity: Severity;
  title: string;
  text: string;
  value: number;
  status: 'open' | 'closed';
  openedAt: number;
  closedAt: number | null;
  /** How often it has opened. */
  episode: number;
  /** It is open, or has to be told of yet. */
  isActive: boolean;
  /** What the webhook has not been told yet; null: it knows all. */
  toTell: 'opened' | 'closed' | null;
  attempts: number;
  /** When the webhook was told, or it was given up; null: not yet. */
  toldAt: number | null;
  tellError: string | null;
}
