import { fatesOf } from '../../bench/fates.ts';
import { runOnRecado } from '../../bench/campaign/recado.ts';
import { recadoPrice } from '../../bench/campaign/price.ts';
import { NOTHING } from '../../bench/processes.ts';
import type { Measure } from './types.ts';

/** A small campaign on a number's usual throughput; answers take what they take over the internet. */
const CAMPAIGN = { mps: 80, recipients: 600, answerMs: 50 };
/** The end of a campaign is seen by the minute's run; what that costs is left out. */
const MINUTE_MS = 5_000;
/** A lane has a sixth of a processor (entry/tasks/campaignsLane.ts), and must not need all of it. */
const LANE_CPU_PERCENT = (100 / 6) * 0.7;
/** What a crash may leave for people to look into, whatever it saves. */
const MOST_IN_DOUBT = 40;
/** From the first to the last; the end of a small campaign is a part of it. */
const LEAST_PACE_PERCENT = 75;

/** What sending costs, by the size of micro-batches. */
export const campaign: Measure = {
  figure: 'lanes, Firestore and time',
  unit: 'USD a million recipients',
  better: 'lower',
  async open(context) {
    const { simulatorUrl } = await context.stack();
    return {
      async run(microBatch) {
        const ran = await runOnRecado(simulatorUrl, {
          ...CAMPAIGN,
          microBatch,
          minuteMs: MINUTE_MS,
          progress: (text) => context.progress(text),
        });
        const { launch, expand, webhook, minute } = NO_USE;
        const price = recadoPrice({
          ...ran,
          used: { lanes: ran.used.lanes, launch, expand, webhook, minute },
        });
        const { doubled, lost } = fatesOf(ran);
        const people = (name: string, value: number) => ({
          name,
          unit: 'people',
          value,
          atMost: 0,
        });
        return {
          figure: (price['Firestore'] ?? 0) + (price['time of functions'] ?? 0),
          guards: [
            people('doubled', doubled),
            people('lost', lost),
            { ...people('in doubt after a crash', microBatch), atMost: MOST_IN_DOUBT },
            { name: 'refused as too fast', unit: 'sends', value: ran.seen.refused, atMost: 0 },
            {
              ...{ name: 'pace used', unit: '%', value: (ran.seen.overall * 100) / CAMPAIGN.mps },
              atLeast: LEAST_PACE_PERCENT,
            },
            {
              ...{ name: 'processor of a lane', unit: '%', value: ran.laneCpu * 100 },
              atMost: LANE_CPU_PERCENT,
            },
          ],
        };
      },
      close: () => Promise.resolve(),
    };
  },
};

/** The others take the same, whatever the size is. */
const NO_USE = { launch: NOTHING, expand: NOTHING, webhook: NOTHING, minute: NOTHING };
