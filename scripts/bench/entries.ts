import { median, spreadOf } from './statistics.ts';
import { SIDES, type Better, type Entry, type Figure, type Goal, type Round } from './types.ts';

/** Sums the rounds of one figure up: medians, ratios, and whether the goals are met. */
export function entryOf(name: string, figure: Figure, runs: Round[]): Entry {
  const values = Object.fromEntries(
    SIDES.map((side) => [side, runs.flatMap((round) => round[side] ?? [])]),
  ) as Record<(typeof SIDES)[number], number[]>;
  const medianOf = (side: (typeof SIDES)[number]): number | null =>
    values[side].length > 0 ? median(values[side]) : null;

  const value = medianOf('value') ?? Number.NaN;
  const baseline = medianOf('baseline');
  const limit = medianOf('limit');
  const ratios = {
    baseline: ratio(value, baseline, figure.better),
    limit: ratio(value, limit, figure.better),
  };
  return {
    name: figure.name ? `${name} ${figure.name}` : name,
    unit: figure.unit,
    better: figure.better,
    value,
    baseline,
    limit,
    ratioToBaseline: ratios.baseline,
    ratioToLimit: ratios.limit,
    spread: Object.fromEntries(
      SIDES.flatMap((side) =>
        values[side].length > 1 ? [[side, spreadOf(values[side])] as const] : [],
      ),
    ),
    goals: (figure.goals ?? []).map((goal) => ({
      text: textOf(goal),
      isMet: isMet(goal, goal.of === 'value' ? value : ratios[goal.of]),
    })),
    runs,
  };
}

/** How many times better `value` is than `other`; below 1 where it is worse. */
function ratio(value: number, other: number | null, better: Better): number | null {
  if (other === null) return null;
  return better === 'higher' ? value / other : other / value;
}

function isMet(goal: Goal, figure: number | null): boolean {
  if (figure === null || Number.isNaN(figure)) return false;
  return 'atLeast' in goal ? figure >= goal.atLeast : figure <= goal.atMost;
}

function textOf(goal: Goal): string {
  if (goal.of !== 'value') {
    return `≥ ${goal.atLeast}${goal.of === 'baseline' ? ' × baseline' : ' of the limit'}`;
  }
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
}
