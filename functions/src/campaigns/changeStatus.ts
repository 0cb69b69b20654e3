import { auditWrite } from '../audit/record';
import { commit, untilNoConflict } from '../platform/commit';
import { now } from '../platform/clock';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { known } from './known';
import type { Campaign, CampaignStatus } from './schema';
import { forgetCampaign, updateCampaign } from './store';

/** What a campaign is after a deed. */
export interface Controlled {
  campaignId: string;
  status: CampaignStatus;
}

/** Throws where a campaign's status does not allow the deed. */
export function assertStatus(data: Campaign, from: CampaignStatus[], verb: string): void {
  if (from.includes(data.status)) return;
  throw new AppError(
    'failed-precondition',
    `A campaign that is ${data.status} cannot be ${verb}.`,
    {
      details: { reason: 'wrong-status', status: data.status },
    },
  );
}

/** Changes a campaign on the version that was read, with its audit entry; null: nothing to do. */
export async function changeStatus(
  member: Member,
  verb: string,
  campaignId: string,
  decide: (data: Campaign) => Promise<Partial<Campaign> | null> | Partial<Campaign> | null,
): Promise<CampaignStatus> {
  return untilNoConflict(async () => {
    const { data, version } = await known(campaignId);
    const fields = await decide(data);
    if (fields === null) return data.status;
    try {
      await commit([
        updateCampaign(campaignId, { ...fields, updatedAt: now() }, version),
        auditWrite(member.uid, `campaigns.${verb}`, `campaigns/${campaignId}`),
      ]);
      return fields.status ?? data.status;
    } finally {
      forgetCampaign(campaignId, data.channelId);
    }
  });
}
