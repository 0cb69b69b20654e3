import { auditWrite } from '../audit/record';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { commit, GRPC, grpcCode } from '../platform/commit';
import { AppError } from '../shared/errors';
import { hashId } from '../shared/ids';
import type { Member } from '../team/schema';
import type { Audience, Campaign, ListRow, Totals } from './schema';
import { createCampaign, readCampaign, rowsOfCampaign } from './store';

const NO_TOTALS: Totals = {
  recipients: 0,
  accepted: 0,
  sent: 0,
  delivered: 0,
  read: 0,
  failed: 0,
  skipped: 0,
  unknown: 0,
  replied: 0,
  optedOut: 0,
};

/** What a caller learns of a list: what of it can be sent to, and examples of what cannot. */
export interface Defined {
  campaignId: string;
  audience: Audience;
}

/** Tells a repeated call from an id that was used for something else. */
export const fingerprintOf = (input: unknown): string => hashId(JSON.stringify(input));

/** What every draft begins with. */
export const freshDraft = (member: Member, fingerprint: string) =>
  ({
    createdBy: member.uid,
    createdAt: now(),
    updatedAt: now(),
    status: 'draft',
    isActive: false,
    isOpen: false,
    winner: null,
    fingerprint,
    isMarketing: false,
    launchedAt: null,
    completedAt: null,
    paused: null,
    isExpanded: false,
    groups: 0,
    excluded: {},
    totals: NO_TOTALS,
    totalsAt: 0,
    attributedUntil: null,
  }) satisfies Partial<Campaign>;

/**
 * Stores a draft; repeating it gives the first one's result.
 *
 * @throws AppError `already-exists` where the id was used for something else
 */
export async function storeDraft(
  member: Member,
  campaignId: string,
  campaign: Campaign,
): Promise<Defined> {
  try {
    await commit([
      createCampaign(campaignId, campaign),
      auditWrite(member.uid, 'campaigns.create', `campaigns/${campaignId}`),
    ]);
  } catch (error) {
    if (grpcCode(error) !== GRPC.alreadyExists) throw error;
    const { data } = await readCampaign(campaignId);
    if (data?.fingerprint !== campaign.fingerprint) {
      throw new AppError('already-exists', 'This campaignId was used for another campaign.', {
        details: { reason: 'id-reused', field: 'campaignId', hint: 'Use a new id for each.' },
      });
    }
    return { campaignId, audience: data.audience };
  }
  return { campaignId, audience: campaign.audience };
}

/** Stores a list's rows. Done twice it is done once. */
export async function writeRows(
  campaignId: string,
  documents: [string, ListRow[]][],
): Promise<void> {
  throwIfFailed(
    await batchUpdate(
      rowsOfCampaign(campaignId),
      documents.map(([id, rows]) => ({ kind: 'set', id, data: { rows } })),
    ),
  );
}
