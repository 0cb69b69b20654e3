import type { Version } from '../platform/firestore';
import { AppError } from '../shared/errors';
import type { Campaign } from './schema';
import { readCampaign } from './store';

export const notFound = (): AppError =>
  new AppError('not-found', 'There is no such campaign.', {
    details: { reason: 'unknown-campaign', field: 'campaignId' },
  });

/** A campaign as it is stored now. */
export async function known(id: string): Promise<{ id: string; data: Campaign; version: Version }> {
  const { data, version } = await readCampaign(id);
  if (!data || !version) throw notFound();
  return { id, data, version };
}
