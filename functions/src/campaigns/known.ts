import type { Version } from '../platform/firestore';
import { AppError } from '../shared/errors';
import type { Campaign } from './schema';
import { campaignSnapshot, readCampaign } from './store';

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

/** A campaign as it was at most 2 s ago. */
export async function campaignSnapshotOf(id: string): Promise<Campaign> {
  const { data } = await campaignSnapshot(id);
  if (!data) throw notFound();
  return data;
}
