import { LOCAL } from '../../lib/localConfig.ts';
import { SimulatorClient } from '../../whatsapp-simulator/client.ts';
import { closeDb } from '../../../functions/lib/platform/firestore.js';
import { emptyProject } from '../emptyProject.ts';
import { entryOf } from '../entries.ts';
import { makeQueue } from '../queues.ts';
import { figureText, tableOf } from '../table.ts';
import type { Benchmark, Entry } from '../types.ts';
import { billFor, dollarsPerMillion, type Bill } from './bill.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { deployedProduct as product } from './product.ts';

const PROJECT = 'demo-bench-cost';

/** The meter's table. The figures are exact; `functions/test/budgets.test.ts` holds them. */
export const cost: Benchmark = {
  summary:
    'what Firestore bills, by the project’s own meter; R reads, W writes, D deletes, T round trips; ' +
    'USD for a million events (their number in brackets) at list price',
  async run(context) {
    const { simulatorUrl } = await context.stack();
    process.env['GCLOUD_PROJECT'] = PROJECT;
    await closeDb();
    const simulator = new SimulatorClient(simulatorUrl);
    await simulator.reset({ webhookUrl: '', pairLimit: { enabled: false } });
    // Tasks go nowhere: each step is measured by itself.
    await makeQueue('queue-normal', 'http://127.0.0.1:9');

    const rows: string[][] = [];
    const entries: Entry[] = [];
    for (const operation of OPERATIONS) {
      context.progress(operation.name);
      await emptyProject();
      product.clearCaches();
      await product.db().doc(`channels/${LOCAL.channelId}`).set({
        displayPhoneNumber: '+34 600 000 001',
        throughput: 80,
        quality: null,
        paused: null,
      });
      const measured = await operation.prepare({ product, simulator });
      const bill = await billFor(product.onFirestoreOperation, measured);
      rows.push(rowOf(operation, bill));
      entries.push(entryFor(operation, bill));
    }
    await closeDb();
    return { entries, table: tableOf(HEAD, rows) };
  },
};

const HEAD = ['', 'reads', 'writes', 'deletes', 'trips', 'budget', 'USD/million', 'within'];

function rowOf({ name, budget, events = 1 }: Operation, bill: Bill): string[] {
  const { reads, writes, deletes, roundTrips } = bill;
  return [
    events === 1 ? name : `${name} (${events})`,
    ...[reads, writes, deletes, roundTrips].map(String),
    `${budget.reads} R  ${budget.writes} W  ${budget.deletes} D  ${budget.roundTrips} T`,
    (dollarsPerMillion(bill) / events).toFixed(2),
    isWithin(bill, budget) ? '✓' : '✗',
  ];
}

const isWithin = (bill: Bill, budget: Bill): boolean =>
  (Object.keys(budget) as (keyof Bill)[]).every((name) => bill[name] <= budget[name]);

function entryFor({ name, budget, events = 1 }: Operation, bill: Bill): Entry {
  const dollars = dollarsPerMillion(bill) / events;
  const budgeted = dollarsPerMillion(budget) / events;
  const entry = entryOf(name, { name: '', unit: 'USD/million', better: 'lower' }, [
    { value: [dollars], baseline: [budgeted] },
  ]);
  return {
    ...entry,
    // Nothing divided by nothing is as good as the budget.
    ratioToBaseline: dollars === budgeted ? 1 : entry.ratioToBaseline,
    goals: [{ text: `≤ ${figureText(budgeted)}`, isMet: isWithin(bill, budget) }],
  };
}
