import { channel } from '../channels/read';
import { filterOf } from '../contacts/find';
import { now } from '../platform/clock';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { isMarketing } from '../templates/rules';
import { assertStatus, changeStatus, type Controlled } from './changeStatus';
import { openStatuses } from './keepStatuses';
import { variantProblems } from './render';
import type { Audience, Campaign } from './schema';
import { enqueueExpansion, startLanes } from './start';
import { storedTemplates } from './templates';

const YEAR_MS = 366 * 24 * 60 * 60_000;

/**
 * Lets a draft go out, at once or at its time. However often and at once it is called, the campaign
 * is launched once.
 *
 * @throws AppError with what is missing; nothing has changed then
 */
export async function launch(member: Member, campaignId: string): Promise<Controlled> {
  const status = await changeStatus(member, 'launch', campaignId, async (data) => {
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
      audience: await launchedAudience(data),
      launchedAt: waits ? null : now(),
    };
  });
  // Also when it was launched before: that call may have died here.
  if (status === 'running') await enqueueExpansion(campaignId);
  return { campaignId, status };
}

/** Goes on with what is not sent yet. */
export async function resume(member: Member, campaignId: string): Promise<Controlled> {
  let channelId = '';
  const status = await changeStatus(member, 'resume', campaignId, async (data) => {
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

/** Whom it is for from now on: a segment's filter as it is at this moment. */
async function launchedAudience({ audience }: Campaign): Promise<Audience> {
  if (audience.kind !== 'segment') return audience;
  const { segmentId } = audience;
  return { kind: 'contacts', filter: await filterOf(audience), segmentId };
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
