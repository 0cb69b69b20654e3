import { campaignMicroBatch, campaignReservePercent } from '../params';
import { laneShares } from './rules';

/** The messages a second of each lane of a channel, as the parameters ask for. */
export const sharesOf = (throughput: number): number[] =>
  laneShares(throughput, campaignReservePercent(), campaignMicroBatch());
