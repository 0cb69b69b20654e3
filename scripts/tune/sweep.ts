import { median, spreadOf } from '../bench/statistics.ts';
import { figure, percent } from './text.ts';
import type { Candidate, Decision, Guard, Of, Sweep } from './types.ts';

/** Fewer runs say nothing about the noise. */
export const MIN_RUNS = 3;
/** Two machines, or the same one an hour later, differ by more than that. */
const MIN_NOISE = 0.03;

const isMet = ({ value, atMost = Infinity, atLeast = -Infinity }: Guard): boolean =>
  value <= atMost && value >= atLeast;

/**
 * The value that a sweep speaks for. Present values stay unless another one is better by more than
 * the noise: the greater spread of the two, 3 % at least. Of those that are as good as the best, the
 * smallest is proposed: it takes the least memory, connections and risk.
 */
export function chooseFrom({ file, data }: Of<Sweep>, present: number): Decision {
  const { unit, better, candidates } = data;
  const measured = candidates.filter(({ runs }) => runs.length >= MIN_RUNS);
  const now = measured.find(({ value }) => value === present);
  const nothing = (text: string): Decision => ({ proposed: null, why: [{ text, file }] });
  if (!now) {
    return nothing(`the present value, ${present}, was not measured ${MIN_RUNS} times with them`);
  }
  const allowed = measured.filter(({ guards }) => guards.every(isMet));
  const [best] = allowed.toSorted((a, b) => gain(better, median(b.runs), median(a.runs)));
  if (!best) return nothing(`no value keeps within its limits: ${brokenBy(now)}`);
  const text = ({ value, runs }: Candidate): string => `${figure(median(runs), unit)} at ${value}`;

  const asGood = allowed.filter((each) => excess(data, best, each) <= noiseOf(best, each));
  if (asGood.includes(now)) {
    const others = best === now ? '' : `, ${text(best)}; noise ${percent(noiseOf(best, now))}`;
    return { proposed: present, why: [{ text: `${data.figure}: ${text(now)}${others}`, file }] };
  }
  const chosen = asGood.reduce((least, each) => (each.value < least.value ? each : least));
  const reason = allowed.includes(now)
    ? `${percent(excess(data, chosen, now))} better, noise ${percent(noiseOf(chosen, now))}`
    : `the present value breaks ${brokenBy(now)}`;
  return {
    proposed: chosen.value,
    why: [{ text: `${data.figure}: ${text(chosen)}, ${text(now)}: ${reason}`, file }],
  };
}

/** By how much one is better than another: positive where it is. */
const gain = (better: Sweep['better'], one: number, other: number): number =>
  better === 'higher' ? one - other : other - one;

/** The same as a share of the other. */
function excess({ better }: Sweep, one: Candidate, other: Candidate): number {
  const middle = median(other.runs);
  const difference = gain(better, median(one.runs), middle);
  return middle === 0 ? Math.sign(difference) : difference / Math.abs(middle);
}

const noiseOf = (one: Candidate, other: Candidate): number =>
  Math.max(MIN_NOISE, spreadOf(one.runs), spreadOf(other.runs));

const brokenBy = ({ guards }: Candidate): string =>
  guards
    .filter((guard) => !isMet(guard))
    .map(({ name, value, unit, atMost, atLeast }) => {
      const limit = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
      return `${name}: ${figure(value, unit)}, has to be ${limit}`;
    })
    .join('; ');
