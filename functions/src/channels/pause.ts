import { auditWrite } from '../audit/record';
import { now } from '../platform/clock';
import { commit } from '../platform/commit';
import { commitGroups } from '../platform/commitGroups';
import { log } from '../platform/log';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import type { Channel, Pause } from './schema';
import { channelSnapshot, forgetChannel, readChannel, readChannels, updateChannel } from './store';

/** A channel as it was at most 5 s ago, or now if `fresh`. */
export async function channel(id: string, fresh = false): Promise<Channel | undefined> {
  if (fresh) forgetChannel(id);
  return (await channelSnapshot(id)).data;
}

/** Stops sending over a channel, or over all of them when the account is at fault, and alerts. */
export async function pauseAfterError(
  channelId: string,
  scope: 'channel' | 'account',
  { reason, code }: { reason: string; code: number },
): Promise<void> {
  const affected = scope === 'account' ? await readChannels() : [await readChannel(channelId)];
  const paused: Pause = { reason, code, at: now() };
  // With the version read: whoever paused or resumed it meanwhile knows better.
  const running = affected.filter(({ data }) => data?.paused === null);
  await commitGroups(running.map(({ id, version }) => [updateChannel(id, { paused }, version)]));
  for (const { id } of affected) forgetChannel(id);
  if (running.length > 0)
    log.error('sending is paused', { channels: running.map(({ id }) => id), reason, code });
}

/** Stops sending over a channel as a member's deed. */
export async function pauseChannel(
  member: Member,
  { channelId, reason }: { channelId: string; reason: string },
): Promise<void> {
  await setPaused(member, channelId, { reason, code: null, at: now() });
}

/** Allows sending again; what waited for it is for the caller to release. */
export async function resumeChannel(
  member: Member,
  { channelId }: { channelId: string },
): Promise<void> {
  await setPaused(member, channelId, null);
}

async function setPaused(member: Member, id: string, paused: Pause | null): Promise<void> {
  const { data, version } = await readChannel(id);
  if (!data || !version) {
    throw new AppError('not-found', 'There is no such channel.', {
      details: { field: 'channelId', hint: 'Connect the number with channels-connect.' },
    });
  }
  forgetChannel(id);
  if ((data.paused === null) === (paused === null)) return;
  await commit([
    updateChannel(id, { paused }, version),
    auditWrite(
      member.uid,
      paused ? 'channels.pause' : 'channels.resume',
      `channels/${id}`,
      paused ? { reason: paused.reason } : { was: data.paused?.reason },
    ),
  ]);
  forgetChannel(id);
}
