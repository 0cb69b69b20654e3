import thresholds from '../../functions/src/shared/thresholds.json' with { type: 'json' };
import type { Check } from '../outcome/check.ts';
import type { Result } from '../outcome/result.ts';
import type { Resources } from '../outcome/telemetry.ts';
import type { Row } from '../recorder.ts';
import { COLOURS, drawChart, escape, type Band, type Line } from './charts.ts';
import type { Compared } from './print.ts';
import { STYLE } from './style.ts';

/** The report of a run: one page that needs nothing else. Pure. */
export function pageOf(result: Result, comparisons: readonly Compared[]): string {
  const { profile, form, seed, target, machine, at, ok } = result;
  const failed = [...result.correctness, ...result.thresholds].filter((check) => !check.ok);
  const title = `Load test: ${profile}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(title)} <span class="${ok ? 'good' : 'bad'}">${ok ? 'passed' : `${failed.length} breaches`}</span></h1>
<p>${new Date(at).toISOString()} · ${form} form · seed ${seed} · ${escape(target)} · ${escape(machine.cpu)}, ${machine.cores} cores, Node ${escape(machine.node)}</p>
${failed.length > 0 ? `<h2>Breaches</h2>${checksTable(failed)}` : ''}
<h2>Over time</h2>${charts(result)}
<h2>Scenarios</h2>${rowsTable(result.scenarios)}
<h2>Phases</h2>${rowsTable(result.phases)}
<h2>Realtime</h2>${rowsTable([{ name: `webhook to listener, ${result.listeners} listeners`, errors: 0, ...result.realtime }])}
<h2>Measured by the functions</h2>${rowsTable(Object.entries(result.telemetry.latencies).map(([name, latency]) => ({ name, errors: 0, ...latency })))}
${rowsTable(Object.entries(result.telemetry.requests).map(([name, latency]) => ({ name, errors: 0, ...latency })))}
${resourcesTable(result.telemetry.functions)}
${comparisons.map(comparisonTable).join('\n')}
<h2>Correctness</h2>${checksTable(result.correctness)}
<h2>Thresholds</h2>${checksTable(result.thresholds)}
</body></html>
`;
}

function charts({ timeline, phases, telemetry, at }: Result): string {
  let end = 0;
  const bands: Band[] = phases.map(({ name, seconds }) => ({
    name,
    from: end,
    to: (end += seconds),
  }));
  const line = (name: keyof (typeof timeline)[number], label: string): Line => ({
    name: label,
    points: timeline.map((second, x) => ({ x, y: second[name] })),
  });
  const byFunction = Map.groupBy(telemetry.timeline, (flush) => flush.function);
  const ofFunctions = (figure: keyof Resources): Line[] =>
    [...byFunction]
      .map(([name, flushes]) => ({
        name,
        points: flushes.map((flush) => ({ x: (flush.at - at) / 1_000, y: flush[figure] })),
        most: flushes.reduce((most, flush) => Math.max(most, flush[figure]), 0),
      }))
      .sort((a, b) => b.most - a.most)
      .slice(0, COLOURS);
  const { resources } = thresholds;
  return [
    drawChart({
      title: 'Latency from when each request was due',
      unit: 'ms',
      bands,
      lines: [line('p50', 'p50'), line('p95', 'p95'), line('p99', 'p99')],
    }),
    drawChart({
      title: 'Requests',
      unit: 'a second',
      bands,
      lines: [line('due', 'due'), line('done', 'done'), line('errors', 'errors')],
    }),
    drawChart({
      title: 'Processor',
      unit: '% of a core, while there are requests',
      bands,
      limit: resources.cpuPercent,
      lines: ofFunctions('cpuPercent'),
    }),
    drawChart({
      title: 'Heap',
      unit: 'MB',
      bands,
      limit: resources.heapMb,
      lines: ofFunctions('heapMb'),
    }),
    drawChart({
      title: 'Resident memory',
      unit: 'MB',
      bands,
      limit: resources.rssMb,
      lines: ofFunctions('rssMb'),
    }),
    drawChart({
      title: 'Event-loop delay',
      unit: 'ms',
      bands,
      limit: resources.eventLoopDelayMs,
      lines: ofFunctions('eventLoopDelayMs'),
    }),
  ].join('\n');
}

type Cell = string | number;

const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

function table(head: readonly string[], rows: readonly { cells: Cell[]; mark?: string }[]): string {
  const cell = (value: Cell): string =>
    typeof value === 'number' ? `<td class="n">${number(value)}</td>` : `<td>${escape(value)}</td>`;
  const body = rows.map(
    ({ cells, mark }) => `<tr${mark ? ` class="${mark}"` : ''}>${cells.map(cell).join('')}</tr>`,
  );
  return `<table><thead><tr>${head.map((name) => `<th>${escape(name)}</th>`).join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

const rowsTable = (rows: readonly Row[]): string =>
  table(
    ['', 'count', 'errors', 'p50 ms', 'p95 ms', 'p99 ms'],
    rows.map(({ name, count, errors, p50, p95, p99 }) => ({
      cells: [name, count, errors, p50, p95, p99],
    })),
  );

const resourcesTable = (functions: Record<string, Resources>): string =>
  table(
    ['function', 'heap MB', 'memory MB', 'processor %', 'event-loop delay ms'],
    Object.entries(functions).map(([name, used]) => ({
      cells: [name, used.heapMb, used.rssMb, used.cpuPercent, used.eventLoopDelayMs],
    })),
  );

const checksTable = (checks: readonly Check[]): string =>
  table(
    ['', 'found', 'expected'],
    checks.map(({ name, actual, expected, ok }) => ({
      cells: [name, actual, expected],
      mark: ok ? 'good' : 'bad',
    })),
  );

const comparisonTable = ({ title, rows }: Compared): string =>
  `<h2>Beside ${escape(title)}</h2>${table(
    ['', 'before ms', 'now ms', '%'],
    rows.map(({ name, before, now, percent, isWorse }) => ({
      cells: [name, before, now, percent],
      mark: isWorse ? 'bad' : '',
    })),
  )}`;
