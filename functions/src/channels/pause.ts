import { auditWrite } from '../audit/record';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { commit } from '../platform/commit';
import { log } from '../platform/log';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import type { Pause } from './schema';
import { channels, forgetChannel, readChannel, readChannels, updateChannel } from './store';

/** Stops sending over a channel, or over all of them when the account is at fault, and alerts. */
export async function pauseAfterError(
  channelId: string,
  scope: 'channel' | 'account',
  { reason, code }: { reason: string; code: number },
): Promise<void> {
  const affected = scope === 'account' ? await readChannels() : [await readChannel(channelId)];
  const paused: Pause = { reason, code, at: now() };
  // With the version read: whoever paused or resumed it meanwhile knows better.
  const running = affected.flatMap(({ id, data, version }) =>
    data?.paused === null && version ? [{ id, version }] : [],
  );
  const report = await batchUpdate(
    channels,
    running.map((known) => ({ kind: 'update', ...known, data: { paused } })),
  );
  for (const { id } of affected) forgetChannel(id);
  if (running.length > 0)
    log.error('sending is paused', { channels: running.map(({ id }) => id), reason, code });
  throwIfFailed(report);
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
