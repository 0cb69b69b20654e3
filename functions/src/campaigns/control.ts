import { auditWrite } from '../audit/record';
import { channel } from '../channels/read';
import { now } from '../platform/clock';
import { commit, untilNoConflict } from '../platform/commit';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { isMarketing } from '../templates/rules';
import { known } from './known';
import { variantProblems } from './render';
import type { Campaign, CampaignStatus } from './schema';
import { enqueueExpansion, startLanes } from './start';
import { openStatuses } from './keepStatuses';
import { forgetCampaign, updateCampaign } from './store';
import { storedTemplates } from './templates';

const YEAR_MS = 366 * 24 * 60 * 60_000;

/** What a campaign is after a deed. */
export interface Controlled {
  campaignId: string;
  status: CampaignStatus;
}

/**
 * Lets a draft go out, at once or at its time. However often and at once it is called, the campaign
 * is launched once.
 *
 * @throws AppError with what is missing; nothing has changed then
 */
export async function launch(member: Member, campaignId: string): Promise<Controlled> {
  const status = await change(member, 'launch', campaignId, async (data) => {
    if (data.status !== 'draft') return null;
    const isOffer = await checkLaunch(data);
    // Before the first message there has to be a place for its statuses.
    await openStatuses();
    const waits = (data.schedule.at ?? 0) > now();
    return {
      status: waits ? 'scheduled' : 'running',
      isActive: true,
      isOpen: true,
      isMarketing: isOffer,
      launchedAt: waits ? null : now(),
    };
  });
  // Also when it was launched before: that call may have died here.
  if (status === 'running') await enqueueExpansion(campaignId);
  return { campaignId, status };
}

/** Stops sending within seconds; what was handed to WhatsApp goes its way. */
export async function pause(
  member: Member,
  { campaignId, reason }: { campaignId: string; reason: string },
): Promise<Controlled> {
  const status = await change(member, 'pause', campaignId, (data) => {
    if (data.status === 'paused') return null;
    assertStatus(data, ['scheduled', 'running'], 'paused');
    return { status: 'paused', paused: { reason, code: null, at: now() } };
  });
  return { campaignId, status };
}

/** Goes on with what is not sent yet. */
export async function resume(member: Member, campaignId: string): Promise<Controlled> {
  let channelId = '';
  const status = await change(member, 'resume', campaignId, async (data) => {
    channelId = data.channelId;
    if (data.status === 'running' || data.status === 'scheduled') return null;
    assertStatus(data, ['paused'], 'resumed');
    await checkLaunch(data);
    const waits = data.launchedAt === null && (data.schedule.at ?? 0) > now();
    return {
      status: waits ? 'scheduled' : 'running',
      paused: null,
      ...(waits ? {} : { launchedAt: data.launchedAt ?? now() }),
    };
  });
  if (status === 'running') {
    await enqueueExpansion(campaignId);
    await startLanes(channelId);
  }
  return { campaignId, status };
}

/** Ends a campaign; nobody who was not sent to yet is. */
export async function cancel(member: Member, campaignId: string): Promise<Controlled> {
  const status = await change(member, 'cancel', campaignId, (data) => {
    if (data.status === 'cancelled') return null;
    assertStatus(data, ['draft', 'scheduled', 'running', 'paused'], 'cancelled');
    return { status: 'cancelled', isActive: false, completedAt: now() };
  });
  return { campaignId, status };
}

function assertStatus(data: Campaign, from: CampaignStatus[], verb: string): void {
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
async function change(
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

/** Throws what forbids a launch; tells whether it is an offer that people can refuse. */
async function checkLaunch(data: Campaign): Promise<boolean> {
  const sender = await channel(data.channelId, true);
  if (!sender) {
    throw new AppError('failed-precondition', 'The sending number is not connected.', {
      details: { reason: 'unknown-channel', hint: 'Connect it with channels-connect.' },
    });
  }
  if (sender.paused) {
    throw new AppError('failed-precondition', `The number is paused: ${sender.paused.reason}.`, {
      details: { reason: 'channel-paused', hint: 'Right the cause, then use channels-resume.' },
    });
  }
  if ((data.schedule.at ?? 0) > now() + YEAR_MS) {
    throw new AppError('invalid-argument', '"schedule.at" has to be within a year.', {
      details: { reason: 'too-far-ahead', field: 'schedule.at' },
    });
  }
  const templates = await storedTemplates(data, true);
  const columns = data.audience.kind === 'list' ? data.audience.columns : [];
  const problems = data.variants.flatMap((variant, index) =>
    variantProblems(variant, templates[index], columns).map((problem) => ({
      variant: index,
      ...problem,
    })),
  );
  if (problems.length > 0) {
    throw new AppError('failed-precondition', 'The template cannot be sent like this.', {
      details: { reason: 'template', problems },
    });
  }
  return templates.some(isMarketing);
}
