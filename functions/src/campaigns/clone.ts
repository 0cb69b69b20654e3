import { batchGet } from '../batch/batchGet';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { fingerprintOf, freshDraft, storeDraft, writeRows, type Defined } from './drafts';
import { known } from './known';
import type { Audience, Campaign } from './schema';
import { rowsId, rowsOfCampaign, ROWS_PER_PART } from './store';

/** Makes a draft of what another campaign was, its list included. */
export async function cloneCampaign(
  member: Member,
  { campaignId, from, name }: { campaignId: string; from: string; name?: string | undefined },
): Promise<Defined> {
  const { data } = await known(from);
  if (data.audience.kind === 'list' && data.listRemovedAt !== undefined) throw listRemoved();
  if (data.audience.kind === 'list') await copyRows(from, campaignId, data.audience);
  const campaign: Campaign = {
    name: name ?? data.name,
    channelId: data.channelId,
    variants: data.variants,
    abTest: data.abTest,
    audience: audienceOf(data),
    exclude: data.exclude,
    // Its time has passed.
    schedule: { timeZone: data.schedule.timeZone, ...quietHoursOf(data) },
    ...freshDraft(member, fingerprintOf({ from, name })),
  };
  return storeDraft(member, campaignId, campaign);
}

const listRemoved = (): AppError =>
  new AppError(
    'failed-precondition',
    'The list of this campaign was deleted some time after its end. Make a new campaign with a list of its own.',
    { details: { reason: 'list-removed' } },
  );

/** Of a segment, again the segment: as it is when the clone is launched. */
const audienceOf = ({ audience }: Campaign): Audience =>
  audience.kind === 'contacts' && audience.segmentId !== undefined
    ? { kind: 'segment', segmentId: audience.segmentId }
    : audience;

const quietHoursOf = ({ schedule: { quietHours } }: Campaign) => (quietHours ? { quietHours } : {});

/** Copies a list, some parts at once. */
async function copyRows(
  from: string,
  to: string,
  { listId, rows }: Extract<Audience, { kind: 'list' }>,
): Promise<void> {
  const ids = Array.from({ length: Math.ceil(rows / ROWS_PER_PART) }, (_, n) => rowsId(listId, n));
  const found = await batchGet(rowsOfCampaign(from), ids);
  await writeRows(
    to,
    found.map(({ id, data }) => [id, data?.rows ?? []]),
  );
}
