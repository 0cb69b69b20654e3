import { entryOf } from '../entries.ts';
import { tableOf } from '../table.ts';
import type { Entry, Figure } from '../types.ts';
import type { BullRan } from './bullmq/run.ts';
import { bullmqPrices, recadoPrice, totalOf, type Price } from './price.ts';
import { usedInAll, type RecadoRan } from './recado.ts';

/** The campaigns whose cost is told. */
export interface Costly {
  recado: RecadoRan;
  bullmq: BullRan;
}

/** What Firestore bills, and what a million recipients cost. */
export function costEntries({ recado, bullmq }: Partial<Costly>): Entry[] {
  if (!recado) return [];
  const { reads, writes } = usedInAll(recado);
  const recipients = recado.totals.recipients;
  const atMost = (bound: number): Figure['goals'] => [{ of: 'value', atMost: bound }];
  const entry = (name: string, unit: string, value: number, goals: Figure['goals'] = []): Entry =>
    entryOf(name, { name: '', unit, better: 'lower', goals }, [{ value: [value] }]);
  const price = { name: '', unit: 'USD', better: 'lower' } as const;
  return [
    entry('billed writes a recipient', 'W', writes / recipients, atMost(0.25)),
    entry('billed reads a recipient', 'R', reads / recipients, atMost(1.1)),
    entry(`report over ${recipients}`, 'R', recado.reportReads, atMost(30)),
    entryOf('a million recipients', price, [
      {
        value: [totalOf(recadoPrice(recado))],
        ...(bullmq && { baseline: [Math.min(...bullmqPrices(bullmq).map(totalOf))] }),
      },
    ]),
  ];
}

const ASSUMPTIONS =
  'List prices in USD for a million recipients in a month, scaled from this run, without free ' +
  'tiers and without what WhatsApp charges. Functions: the time in which instances had requests, ' +
  'at the processor and memory that they are deployed with. Redis: $2 a million commands ' +
  '(`INFO commandstats`, with those that scripts call), or $20 a GB and month; an e2-small for ' +
  'worker and webhook. The baseline in the table above is the cheaper one. The fixed ones are ' +
  'paid in months without campaigns too.';

/** What a million recipients cost, by what is paid for. */
export function priceTable({ recado, bullmq }: Partial<Costly>): string {
  if (!recado) return '';
  const ways: [string, Price][] = [['Recado', recadoPrice(recado)]];
  if (bullmq) {
    const [byCommand, fixed] = bullmqPrices(bullmq);
    ways.push(['BullMQ, by the command', byCommand], ['BullMQ, fixed', fixed]);
  }
  const parts = [...new Set(ways.flatMap(([, price]) => Object.keys(price)))];
  const text = (value: number | undefined): string => value?.toFixed(2) ?? '';
  const rows = parts.map((part) => [part, ...ways.map(([, price]) => text(price[part]))]);
  const total = ['in all', ...ways.map(([, price]) => text(totalOf(price)))];
  const table = tableOf(['USD a million', ...ways.map(([name]) => name)], [...rows, total]);
  return `${table}\n\n${ASSUMPTIONS}`;
}
