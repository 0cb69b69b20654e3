import thresholds from '../../functions/src/shared/thresholds.json' with { type: 'json' };

const { profiles } = thresholds.load;

/** The phases of a run, in their order. */
const PHASES = ['warm-up', 'ramp-up', 'sustained', 'peak', 'stress', 'cool-down'] as const;
export type PhaseName = (typeof PHASES)[number];

export type ProfileName = keyof typeof profiles;
export const PROFILE_NAMES = Object.keys(profiles) as ProfileName[];

/** `short` is for machines on which the backend, its emulators and the load share two cores. */
export type Form = 'full' | 'short';

/** A part of a run; the rate goes straight from the one value to the other. */
export interface Phase {
  name: PhaseName;
  seconds: number;
  /** Arrivals a second at its beginning and at its end. */
  from: number;
  to: number;
}

export interface Profile {
  phases: Phase[];
  /** Who write by turns: no conversation is a bottleneck. */
  customers: number;
  /** Firestore listeners that are open throughout, each on a customer's conversation. */
  listeners: number;
}

/** A profile as thresholds.json describes it. */
export function profileOf(name: ProfileName, form: Form): Profile {
  const { customers, listeners, phases } = profiles[name][form];
  return {
    customers,
    listeners,
    phases: PHASES.map((phase) => {
      const [seconds = 0, from = 0, to = 0] = phases[phase];
      return { name: phase, seconds, from, to };
    }),
  };
}

export const secondsOf = (phases: readonly Phase[]): number =>
  phases.reduce((sum, { seconds }) => sum + seconds, 0);
