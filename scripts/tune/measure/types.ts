import type { Better, Context } from '../../bench/types.ts';
import type { Guard } from '../types.ts';

/** What one run gave. */
export interface Shot {
  figure: number;
  guards: Guard[];
  rssMb?: number;
}

/** What is ready to be measured. */
export interface Probe {
  /** Measures once with a value. */
  run: (value: number) => Promise<Shot>;
  close: () => Promise<void>;
}

/** How a parameter is measured. */
export interface Measure {
  figure: string;
  unit: string;
  better: Better;
  /** Prepares what all runs need. */
  open: (context: Context) => Promise<Probe>;
}
