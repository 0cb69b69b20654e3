import { fromPlain, quantile, type PlainDistribution } from '../shared/distribution';
import { seriesOf, type Snapshot } from '../shared/snapshot';
import thresholds from '../shared/thresholds.json';
import type { Alert, Facts, Severity } from './schema';

const MINUTE = 60_000;

/** What a rule found about a subject. */
export interface Finding {
  subject: string;
  value: number;
  text: string;
}

/** An alert opens when the value reaches `opensAt`, and closes when it is below `closesBelow`. */
export interface Rule {
  id: string;
  title: string;
  severity: Severity;
  /** What to do about it, for the notification and the policies. */
  help: string;
  opensAt: number;
  closesBelow: number;
  find(facts: Facts): Finding[];
}

/** Where it is told what to do about an alert, from the project's folder; for people. */
export const runbookOf = (alert: string): string => `docs/runbooks.md#${alert}`;

const { alerts: limits, minimumSamples } = thresholds;

/** Every rule. A new one is an entry here, and its limits in thresholds.json. */
export const RULES: readonly Rule[] = [
  {
    id: 'error-rate',
    title: 'A function fails too often',
    severity: 'critical',
    help: 'Look at the errors of the function in Error Reporting.',
    ...limits.errorPercent,
    find: ({ recent }) =>
      sharesBy(recent, 'recado_requests_total', 'function', 'outcome', ['error']).map(
        ({ subject, percent, count }) => ({
          subject,
          value: percent,
          text: `${percent.toFixed(1)} % of ${count} requests failed.`,
        }),
      ),
  },
  {
    id: 'failed-sends',
    title: 'Messages are turned down by WhatsApp',
    severity: 'critical',
    help: 'The codes are in recado_whatsapp_requests_total and in /status.',
    ...limits.failedSendPercent,
    find: ({ recent }) =>
      sharesBy(recent, 'recado_whatsapp_requests_total', 'call', 'outcome', [
        'rejected',
        'unknown',
        'notSent',
      ])
        .filter(({ subject }) => subject === 'messages')
        .map(({ percent, count }) => ({
          subject: 'all',
          value: percent,
          text: `${percent.toFixed(1)} % of ${count} sends failed.`,
        })),
  },
  {
    id: 'channel-paused',
    title: 'A number sends nothing',
    severity: 'critical',
    help: 'Put the cause right, then call channels-resume.',
    ...limits.pausedChannels,
    find: ({ channels }) =>
      channels.flatMap(({ id, paused }) =>
        // What a member paused is no surprise.
        typeof paused?.code === 'number'
          ? [{ subject: id, value: 1, text: `Paused: ${paused.reason} (${paused.code}).` }]
          : [],
      ),
  },
  {
    id: 'quality-drop',
    title: 'WhatsApp lowered the quality of a number',
    severity: 'warning',
    help: 'Send fewer offers, to those who asked for them; WhatsApp lowers the limits next.',
    ...limits.qualityLevel,
    find: ({ channels }) =>
      channels.map(({ id, quality }) => ({
        subject: id,
        value: quality === 'RED' ? 2 : quality === 'YELLOW' ? 1 : 0,
        text: `The quality is ${quality ?? 'not known'}.`,
      })),
  },
  {
    id: 'campaign-stalled',
    title: 'A campaign stands still',
    severity: 'critical',
    help: 'Look at the log of campaigns-lane and schedules-campaigns.',
    ...limits.stalledCampaignMinutes,
    find: ({ campaigns, channels }) => {
      const paused = new Set(channels.filter((channel) => channel.paused).map(({ id }) => id));
      return campaigns
        .filter(({ channelId }) => !paused.has(channelId))
        .map(({ id, stalledMs }) => ({
          subject: id,
          value: stalledMs / MINUTE,
          text: `Something of it has been due for ${Math.floor(stalledMs / MINUTE)} minutes.`,
        }));
    },
  },
  {
    id: 'campaign-paused',
    title: 'A campaign was paused by an error',
    severity: 'warning',
    help: 'Put the reason right, then call campaigns-resume.',
    ...limits.pausedCampaigns,
    find: ({ campaigns }) =>
      campaigns.flatMap(({ id, pausedBy }) =>
        pausedBy
          ? [{ subject: id, value: 1, text: `Paused: ${pausedBy.reason} (${pausedBy.code}).` }]
          : [],
      ),
  },
  {
    id: 'dead-letters',
    title: 'Something could not be processed',
    severity: 'warning',
    help: 'deadLetters-list shows it with the reason; deadLetters-replay processes it again.',
    ...limits.deadLetters,
    find: ({ deadLetters }) => [
      { subject: 'all', value: deadLetters, text: `${deadLetters} dead letters are open.` },
    ],
  },
  {
    id: 'overdue-messages',
    title: 'Messages wait too long',
    severity: 'critical',
    help: 'Look at the log of schedules-everyMinute and the queues.',
    ...limits.overdueMessages,
    find: ({ queues }) => [
      { subject: 'all', value: queues.messages, text: `${queues.messages} messages are overdue.` },
    ],
  },
  {
    id: 'media-expiring',
    title: "Customers' files are about to be deleted by WhatsApp",
    severity: 'warning',
    help: 'WhatsApp keeps them for seven days: download what is needed.',
    ...limits.expiringMedia,
    find: ({ expiringMedia }) => [
      { subject: 'all', value: expiringMedia, text: `${expiringMedia} files go within a day.` },
    ],
  },
  {
    id: 'budget',
    title: 'Firestore costs more than the daily budget',
    severity: 'warning',
    help: 'recado_firestore_operations_total shows which function reads or writes so much.',
    ...limits.budgetPercent,
    find: ({ spentUsd, budgetUsd }) =>
      budgetUsd > 0
        ? [
            {
              subject: 'all',
              value: (spentUsd / budgetUsd) * 100,
              text: `$${spentUsd.toFixed(2)} of $${budgetUsd.toFixed(2)} today.`,
            },
          ]
        : [],
  },
  {
    id: 'schedule-late',
    title: 'A schedule does not run',
    severity: 'critical',
    help: 'Look at its job in Cloud Scheduler and at its log.',
    ...limits.lateScheduleMinutes,
    find: ({ schedules, at }) =>
      schedules.map(({ name, lastRunAt, everyMs }) => {
        const late = Math.max(0, at - lastRunAt - Math.max(everyMs, RUNS_WRITTEN_MS)) / MINUTE;
        return { subject: name, value: late, text: `It is ${Math.floor(late)} minutes late.` };
      }),
  },
  {
    id: 'schedule-failing',
    title: 'A schedule fails',
    severity: 'warning',
    help: 'Its error is in schedules/{name} and in its log; the next run makes up for it.',
    ...limits.failedSchedules,
    find: ({ schedules }) =>
      schedules.map(({ name, outcome, error }) => ({
        subject: name,
        value: outcome === 'failed' ? 1 : 0,
        text: `Its last run ${error ?? 'was fine'}.`,
      })),
  },
];

/** Runs of frequent schedules are written down this often (monitoring/runs.ts). */
const RUNS_WRITTEN_MS = 5 * MINUTE;

/** By subject, the share of what is counted that has one of the labels; of enough of it. */
function sharesBy(
  snapshot: Snapshot,
  name: 'recado_requests_total' | 'recado_whatsapp_requests_total',
  by: string,
  label: string,
  bad: readonly string[],
): { subject: string; percent: number; count: number }[] {
  const counts = new Map<string, { all: number; bad: number }>();
  for (const { labels, value } of seriesOf(snapshot, name)) {
    const subject = labels[by] ?? '';
    const count = counts.get(subject) ?? { all: 0, bad: 0 };
    count.all += Number(value);
    if (bad.includes(labels[label] ?? '')) count.bad += Number(value);
    counts.set(subject, count);
  }
  return [...counts]
    .filter(([, { all }]) => all >= minimumSamples)
    .map(([subject, { all, bad: failed }]) => ({
      subject,
      percent: (failed / all) * 100,
      count: all,
    }));
}

/** What has to change so that the alerts are as the facts ask. */
export interface AlertChange {
  rule: Rule;
  finding: Finding;
  to: 'open' | 'closed';
}

/**
 * Which alerts open and which close. One that is open stays so until its value is below the lower
 * limit, or there is nothing to be found about its subject any more.
 */
export function changesOf(facts: Facts, open: readonly Alert[], rules = RULES): AlertChange[] {
  return rules.flatMap((rule) => {
    const findings = rule.find(facts);
    const opened = open.filter((alert) => alert.rule === rule.id);
    const changes: AlertChange[] = [];
    for (const finding of findings) {
      const isOpen = opened.some(({ subject }) => subject === finding.subject);
      if (!isOpen && finding.value >= rule.opensAt) changes.push({ rule, finding, to: 'open' });
      if (isOpen && finding.value < rule.closesBelow) changes.push({ rule, finding, to: 'closed' });
    }
    for (const { subject } of opened) {
      if (findings.some((finding) => finding.subject === subject)) continue;
      const finding = { subject, value: 0, text: 'There is nothing of it any more.' };
      changes.push({ rule, finding, to: 'closed' });
    }
    return changes;
  });
}

/** A reason why the system is not healthy. */
export interface Reason {
  rule: string;
  subject: string;
  severity: Severity;
  text: string;
}

/** Everything that is over its limit, by the rules and by the thresholds; worst first. */
export function reasonsOf(facts: Facts): Reason[] {
  const found = RULES.flatMap((rule) =>
    rule
      .find(facts)
      .filter(({ value }) => value >= rule.opensAt)
      .map(({ subject, text }) => ({ rule: rule.id, subject, severity: rule.severity, text })),
  );
  const all = [...found, ...overThresholds(facts)];
  return [
    ...all.filter(({ severity }) => severity === 'critical'),
    ...all.filter(({ severity }) => severity === 'warning'),
  ];
}

const SECONDS = 1_000;
const MB = 1024 * 1024;
const { latencyMs, resources } = thresholds;

/** The histograms that have a threshold, and the label values that it is for; empty: all. */
const LATENCIES = [
  ['read', 'recado_firestore_request_duration_seconds', ['get', 'query', 'aggregate']],
  ['write', 'recado_firestore_request_duration_seconds', ['write']],
  ['whatsappCall', 'recado_whatsapp_request_duration_seconds', []],
  ['queueAdd', 'recado_task_enqueue_duration_seconds', []],
] as const;

/** What exceeds the thresholds: a reason to look, none to be woken up. */
function overThresholds({ recent }: Facts): Reason[] {
  const reasons: Reason[] = [];
  const check = (
    rule: string,
    subject: string,
    value: number,
    limit: number,
    unit: string,
  ): void => {
    if (value <= limit) return;
    const text = `${Number(value.toPrecision(3))} ${unit}, and ${limit} is the limit.`;
    reasons.push({ rule, subject, severity: 'warning', text });
  };
  for (const [what, name, wanted] of LATENCIES) {
    for (const { labels, value } of seriesOf(recent, name)) {
      const [subject = 'all'] = Object.values(labels);
      if (wanted.length > 0 && !(wanted as readonly string[]).includes(subject)) continue;
      const histogram = fromPlain(value as PlainDistribution);
      if (histogram.count < minimumSamples) continue;
      const p99 = quantile(histogram, 0.99) * SECONDS;
      check(`${what}-latency`, subject, p99, latencyMs[what].p99, 'ms at the 99th percentile');
    }
  }
  const gauges = [
    ['heap', 'recado_heap_bytes', MB, resources.heapMb, 'MB'],
    ['memory', 'recado_resident_bytes', MB, resources.rssMb, 'MB'],
    ['cpu', 'recado_cpu_ratio', 0.01, resources.cpuPercent, '%'],
  ] as const;
  for (const [rule, name, unit, limit, word] of gauges) {
    for (const { labels, value } of seriesOf(recent, name)) {
      check(rule, labels['function'] ?? 'all', Number(value) / unit, limit, word);
    }
  }
  for (const { labels, value } of seriesOf(recent, 'recado_event_loop_delay_seconds')) {
    const delay = quantile(fromPlain(value as PlainDistribution), 0.5) * SECONDS;
    check('event-loop', labels['function'] ?? 'all', delay, resources.eventLoopDelayMs, 'ms');
  }
  for (const { subject, percent } of sharesBy(
    recent,
    'recado_requests_total',
    'function',
    'outcome',
    ['error'],
  )) {
    check('errors', subject, percent, resources.errorPercent, '% of requests failed');
  }
  return reasons;
}

export type Health = 'healthy' | 'degraded' | 'critical';

/** How the system is, by the worst of the reasons. */
export const healthOf = (reasons: readonly Reason[]): Health =>
  reasons.some(({ severity }) => severity === 'critical')
    ? 'critical'
    : reasons.length > 0
      ? 'degraded'
      : 'healthy';
