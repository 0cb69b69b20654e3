import { call } from '../backend/callable.ts';
import type { Scenario } from './types.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LINKS = ['newsletter', 'shop-window', 'invoice'];

/** What is asked of the figures, beside the events that webhooks bring (scenarios/webhook.ts). */
export const ANALYTICS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'analytics.conversion',
    weight: 5,
    units: 1,
    async run({ backend, ledger, runId }, n, random) {
      const conversionId = `${runId}-${n}`;
      await ledger.takeConversion(conversionId, async () => {
        await call(backend, 'analytics-recordConversion', {
          conversionId,
          type: 'purchase',
          value: Math.floor(random() * 10_000),
          link: LINKS[Math.floor(random() * LINKS.length)],
        });
      });
    },
  },
  {
    name: 'analytics.metrics',
    weight: 4,
    units: 1,
    async run({ backend }, _n, random, dueAt) {
      const group = (['type', 'direction', 'agentId'] as const)[Math.floor(random() * 3)];
      const from = Math.floor(dueAt) - 6 * HOUR_MS;
      await call(backend, 'analytics-get', {
        ...{ from, to: from + 7 * HOUR_MS },
        ...{ granularity: 'hour', group },
      });
    },
  },
  {
    // A month by day, and the month before: what a dashboard shows when it is opened.
    name: 'analytics.dashboard',
    weight: 3,
    units: 1,
    async run({ backend }, _n, _random, dueAt) {
      const to = Math.ceil(dueAt / HOUR_MS) * HOUR_MS;
      const range = { from: to - 30 * DAY_MS, to, compare: true, timeZone: 'Europe/Madrid' };
      await call(backend, 'analytics-get', range);
    },
  },
];
