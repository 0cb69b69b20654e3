import type { Sample, Trial } from '../types.ts';
import { fatesOf } from '../fates.ts';
import type { Ran, Run } from './run.ts';

/** The two ways of running the same campaign. */
export interface Sides {
  value: () => Promise<Ran>;
  baseline?: (() => Promise<Ran>) | undefined;
}

/** How much of a channel's throughput is used. `goal`: per cent of it, in the steady part. */
export const paceTrial = (mps: number, goal: number, sides: Sides): Trial => ({
  name: `${mps}/s:`,
  figures: [
    { name: 'used, steady', unit: '%', better: 'higher', goals: [{ of: 'value', atLeast: goal }] },
    { name: 'used, first to last', unit: '%', better: 'higher' },
    { name: 'most in a second', unit: 'sends', better: 'higher', goals: [atMost(mps)] },
    { name: 'refused as too fast', unit: 'sends', better: 'lower', goals: [atMost(0)] },
  ],
  ...sampled(sides, ({ seen }) => ({
    'used, steady': (seen.steady * 100) / mps,
    'used, first to last': (seen.overall * 100) / mps,
    'most in a second': seen.most,
    'refused as too fast': seen.refused,
  })),
});

/** What kills of the sender do to the recipients. */
export const killTrial = ({ recipients, kills }: Omit<Run, 'progress'>, sides: Sides): Trial => ({
  name: `${kills?.points.length ?? 0} SIGKILLs in ${recipients}:`,
  figures: [
    { name: 'doubled', unit: 'people', better: 'lower', goals: [atMost(0)] },
    { name: 'lost', unit: 'people', better: 'lower', goals: [atMost(0)] },
    { name: 'shown as in doubt', unit: 'people', better: 'lower' },
  ],
  ...sampled(sides, (ran) => {
    const { doubled, lost, inDoubt } = fatesOf(ran);
    return { doubled, lost, 'shown as in doubt': inDoubt };
  }),
});

const atMost = (bound: number) => ({ of: 'value', atMost: bound }) as const;

function sampled(
  { value, baseline }: Sides,
  sampleOf: (ran: Ran) => Sample,
): Pick<Trial, 'value' | 'baseline'> {
  const run = (side: () => Promise<Ran>) => async () => sampleOf(await side());
  return { value: run(value), ...(baseline && { baseline: run(baseline) }) };
}
