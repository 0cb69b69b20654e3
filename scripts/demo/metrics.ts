import { until, type Checks } from './checks.ts';
import type { MemberApp } from './client.ts';

const DAY_MS = 86_400_000;

/** What was done, and so has to be counted. */
export interface Done {
  received: number;
  /** Conversations in which the agent answered. */
  answered: number;
  sent: number;
  read: number;
  campaignAccepted: number;
  campaignRead: number;
  conversions: number;
}

/** The figures, under the same names, and how far they are from the documents. */
export type MetricsResult = Done & { difference: number };

interface Answer {
  totals: Record<'received' | 'answered' | 'sent' | 'read' | 'conversion', number>[];
}

/** Holds the figures that a viewer of a dashboard gets against what was done. */
export async function checkMetrics(
  supervisor: MemberApp,
  agentId: string,
  campaignId: string,
  done: Done,
  checks: Checks,
): Promise<MetricsResult> {
  const { bringUpToDate } = await import('../../functions/lib/analytics/minute.js');
  const { rebuild } = await import('../../functions/lib/analytics/rebuild.js');
  const { clearCaches } = await import('../../functions/lib/platform/cache.js');
  // One of the customers wrote a day ago.
  const range = { from: Date.now() - 2 * DAY_MS, to: Date.now() + DAY_MS };
  const totalOf = async (where: object): Promise<Answer['totals'][number] | undefined> =>
    (await supervisor.call<Answer>('analytics-get', { ...range, where, timeZone: 'Europe/Madrid' }))
      .totals[0];
  const figures = async (): Promise<Done> => {
    const [all, agent, campaign] = [
      await totalOf({ direction: 'in' }),
      await totalOf({ agentId }),
      await totalOf({ campaignId }),
    ];
    return {
      received: all?.received ?? 0,
      answered: agent?.answered ?? 0,
      sent: agent?.sent ?? 0,
      read: agent?.read ?? 0,
      campaignAccepted: campaign?.sent ?? 0,
      campaignRead: campaign?.read ?? 0,
      conversions: campaign?.conversion ?? 0,
    };
  };
  let found: Done | undefined;
  await until('the figures', async () => {
    // What the schedule does each minute; an answer may be ten seconds old.
    await bringUpToDate(Date.now());
    clearCaches();
    found = await figures();
    return JSON.stringify(found) === JSON.stringify(done);
  }).catch((error: unknown) => console.error(String(error)));

  const { difference } = await rebuild(range);
  for (const [name, count] of Object.entries(done)) {
    checks.equal(`metrics: ${name}`, found?.[name as keyof Done], count);
  }
  checks.equal('metrics: difference to the documents', difference, 0);
  return { ...(found ?? done), difference };
}

/** The last table: what the figures say beside what was done. */
export function metricsTable(done: Done, { difference, ...found }: MetricsResult): string {
  const width = Math.max(...Object.keys(done).map((name) => name.length));
  const rows = Object.entries(done).map(
    ([name, count]) =>
      `  ${name.padEnd(width)}  ${String(found[name as keyof Done]).padStart(7)}  ${String(count).padStart(7)}`,
  );
  const head = `  ${'metrics'.padEnd(width)}  figures     done`;
  return [head, ...rows, `  rebuilt from the documents: difference ${difference}`].join('\n');
}
