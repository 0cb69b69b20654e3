import type { Random } from '../../scripts/whatsapp-simulator/random.ts';
import type { Phase, PhaseName } from './phases.ts';

/** Something that is due at a time, whether or not what was due before is done. */
export interface Arrival {
  /** Milliseconds from the beginning of the run. */
  dueMs: number;
  phase: PhaseName;
}

/**
 * The timetable of a run: arrivals by chance (a Poisson process) at the phases' rates. Drawn
 * beforehand, so that nothing that happens while it runs can change it, and the same seed gives
 * the same one.
 */
export function timetableOf(phases: readonly Phase[], random: Random): Arrival[] {
  const arrivals: Arrival[] = [];
  let beginMs = 0;
  /** How much of the expected number of arrivals has to pass until the next one. */
  let wait = gap(random);
  for (const phase of phases) {
    let seconds = 0;
    for (;;) {
      const step = secondsUntil(phase, seconds, wait);
      if (step === undefined) break;
      seconds += step;
      arrivals.push({ dueMs: beginMs + seconds * 1_000, phase: phase.name });
      wait = gap(random);
    }
    // What is left of the wait goes on in the next phase.
    wait -= expectedBetween(phase, seconds, phase.seconds);
    beginMs += phase.seconds * 1_000;
  }
  return arrivals;
}

/** Between two arrivals of a Poisson process, one is expected; by chance it is more or less. */
const gap = (random: Random): number => -Math.log(1 - random());

const rateAt = ({ from, to, seconds }: Phase, at: number): number =>
  from + ((to - from) * at) / seconds;

/** How many arrivals are expected between two times of a phase, in seconds from its beginning. */
const expectedBetween = (phase: Phase, start: number, end: number): number =>
  phase.seconds === 0 ? 0 : ((rateAt(phase, start) + rateAt(phase, end)) / 2) * (end - start);

/** After how many seconds so many arrivals are expected; `undefined` where the phase ends before. */
function secondsUntil(phase: Phase, start: number, expected: number): number | undefined {
  if (expectedBetween(phase, start, phase.seconds) < expected) return undefined;
  const rate = rateAt(phase, start);
  const slope = (phase.to - phase.from) / phase.seconds;
  // Solves rate × t + slope × t² / 2 = expected, in the form that bears a slope of 0.
  return (2 * expected) / (rate + Math.sqrt(Math.max(0, rate ** 2 + 2 * slope * expected)));
}
