import { recordConversion } from '../../analytics/recordConversion';
import { conversionInput } from '../../analytics/schema';
import { AGENTS, callable } from '../guard';

/** Records a conversion of a campaign, an agent or a link. */
export const analyticsRecordConversion = callable(
  { roles: AGENTS, input: conversionInput },
  recordConversion,
);
