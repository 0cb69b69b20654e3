import {
  emptyDistribution,
  merge,
  quantile,
  record,
  type Distribution,
} from '../functions/lib/shared/distribution.js';
import type { Job } from './openModel.ts';
import type { Phase, PhaseName } from './plan/phases.ts';

/** Latencies in ms, right to 5 %; counted from when each was due. */
export interface Latency {
  p50: number;
  p95: number;
  p99: number;
}

/** What became of the jobs of a scenario, of a family, or of a phase. */
export interface Row extends Latency {
  name: string;
  count: number;
  errors: number;
}

/** A second of the run. */
export interface Second extends Latency {
  due: number;
  done: number;
  errors: number;
}

/** How a phase was kept up with. */
export interface PhaseRow extends Row {
  seconds: number;
  arrived: number;
  /** Done well, before the phase was over and a second more. */
  inTime: number;
  /** Units done a second, by family. */
  perSecond: Record<string, number>;
}

/** The part of a scenario's name that thresholds are for: `queue` of `queue.text`. */
const familyOf = (scenario: string): string => scenario.split('.')[0] ?? scenario;

/** Counts of jobs that ended. */
interface Cell {
  scenario: string;
  phase: PhaseName;
  latency: Distribution;
  errors: number;
  inTime: number;
  units: number;
}

interface SecondCell {
  due: number;
  errors: number;
  latency: Distribution;
}

const GRACE_MS = 1_000;

/** Keeps what happens while a run goes on, in histograms, and sums it up. */
export class Recorder {
  readonly #phases: (Phase & { endMs: number })[];
  readonly #cells = new Map<string, Cell>();
  readonly #seconds: SecondCell[] = [];
  readonly #arrived = new Map<PhaseName, number>();
  readonly #lateness = emptyDistribution();
  readonly #reasons = new Map<string, number>();
  #underWay = 0;
  #most = 0;

  constructor(phases: readonly Phase[]) {
    let endMs = 0;
    this.#phases = phases.map((phase) => ({ ...phase, endMs: (endMs += phase.seconds * 1_000) }));
  }

  /** @param lateMs how much later than due */
  began({ phase, dueMs }: Job, lateMs: number): void {
    record(this.#lateness, lateMs / 1_000);
    this.#arrived.set(phase, (this.#arrived.get(phase) ?? 0) + 1);
    this.#second(dueMs).due++;
    this.#most = Math.max(this.#most, ++this.#underWay);
  }

  /** @param ms from when it was due; @param endMs from the beginning of the run */
  ended({ scenario, phase, units }: Job, ms: number, endMs: number, error?: unknown): void {
    this.#underWay--;
    const cell = this.#cell(scenario, phase);
    const second = this.#second(endMs);
    record(cell.latency, ms / 1_000);
    record(second.latency, ms / 1_000);
    if (error === undefined) {
      const limit = this.#phases.find(({ name }) => name === phase)?.endMs ?? 0;
      if (endMs > limit + GRACE_MS) return;
      cell.inTime++;
      cell.units += units;
      return;
    }
    cell.errors++;
    second.errors++;
    const reason = `${scenario}: ${error instanceof Error ? error.message : 'failed'}`;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  progress(): { done: number; underWay: number } {
    const done = [...this.#cells.values()].reduce((sum, { latency }) => sum + latency.count, 0);
    return { done, underWay: this.#underWay };
  }

  scenarios = (): Row[] => this.#rows(({ scenario }) => scenario);
  families = (): Row[] => this.#rows(({ scenario }) => familyOf(scenario));

  phases(): PhaseRow[] {
    const rows = new Map(this.#rows(({ phase }) => phase).map((row) => [row.name, row]));
    return this.#phases
      .filter(({ seconds }) => seconds > 0)
      .map(({ name, seconds }) => {
        const cells = [...this.#cells.values()].filter(({ phase }) => phase === name);
        const perSecond: Record<string, number> = {};
        for (const { scenario, units } of cells) {
          const family = familyOf(scenario);
          perSecond[family] = (perSecond[family] ?? 0) + units / seconds;
        }
        return {
          ...(rows.get(name) ?? { name, count: 0, errors: 0, p50: 0, p95: 0, p99: 0 }),
          seconds,
          arrived: this.#arrived.get(name) ?? 0,
          inTime: cells.reduce((sum, { inTime }) => sum + inTime, 0),
          perSecond,
        };
      });
  }

  seconds = (): Second[] =>
    Array.from(this.#seconds, ({ due, errors, latency }) => ({
      due,
      done: latency.count,
      errors,
      ...latencyOf(latency),
    }));

  /** Why requests failed, and how many for each reason. */
  reasons = (): Record<string, number> => Object.fromEntries(this.#reasons);

  /** How late jobs began, and the most that were under way at once. */
  generator = (): { lateMs: Latency; mostAtOnce: number } => ({
    lateMs: latencyOf(this.#lateness),
    mostAtOnce: this.#most,
  });

  #rows(nameOf: (cell: Cell) => string): Row[] {
    return [...Map.groupBy(this.#cells.values(), nameOf)].map(([name, cells]) => {
      const all = emptyDistribution();
      for (const { latency } of cells) merge(all, latency);
      const errors = cells.reduce((sum, cell) => sum + cell.errors, 0);
      return { name, count: all.count, errors, ...latencyOf(all) };
    });
  }

  #cell(scenario: string, phase: PhaseName): Cell {
    const key = `${scenario} ${phase}`;
    let cell = this.#cells.get(key);
    if (!cell) {
      cell = { scenario, phase, latency: emptyDistribution(), errors: 0, inTime: 0, units: 0 };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  #second(ms: number): SecondCell {
    const index = Math.floor(ms / 1_000);
    while (this.#seconds.length <= index) {
      this.#seconds.push({ due: 0, errors: 0, latency: emptyDistribution() });
    }
    return this.#seconds[index] as SecondCell;
  }
}

/** Percentiles in milliseconds; 0 where there is nothing. */
export const latencyOf = (latency: Distribution): Latency => ({
  p50: quantile(latency, 0.5) * 1_000,
  p95: quantile(latency, 0.95) * 1_000,
  p99: quantile(latency, 0.99) * 1_000,
});
