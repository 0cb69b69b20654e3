import { campaignSnapshotOf } from '../campaigns/known';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { DAY_MS } from './levels';
import type { Conversion, ConversionInput } from './schema';
import { createConversion, readConversion } from './store';

const MAX_AGE_MS = 30 * DAY_MS;
/** Clocks of clients differ by as much. */
const SKEW_MS = 5 * 60_000;

/**
 * Records a conversion once, however often it is called with its id: one write (and a read of the
 * campaign, now and then).
 *
 * @throws AppError `already-exists` when the id was used for another one
 */
export async function recordConversion(
  member: Member,
  input: ConversionInput,
): Promise<{ conversionId: string }> {
  const { conversionId, type, campaignId = null, agentId = null, link = null } = input;
  const at = Math.min(checkedTime(input.at ?? now()), now());
  if (member.role === 'agent' && agentId !== null && agentId !== member.uid) {
    throw new AppError('permission-denied', 'Agents record conversions of their own only.', {
      details: { reason: 'not-yours', field: 'agentId' },
    });
  }
  const campaign = campaignId === null ? undefined : await campaignSnapshotOf(campaignId);
  const conversion: Conversion = {
    type,
    at,
    value: input.value ?? null,
    channelId: campaign?.channelId ?? null,
    campaignId,
    agentId,
    link,
    createdBy: member.uid,
    createdAt: now(),
  };
  try {
    await commit([createConversion(conversionId, conversion)]);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const { data } = await readConversion(conversionId);
    if (!data || !isSame(data, conversion, input.at)) {
      throw new AppError('already-exists', 'This conversionId was used for another conversion.', {
        details: { reason: 'key-reused', field: 'conversionId' },
      });
    }
  }
  return { conversionId };
}

function checkedTime(at: number): number {
  if (at >= now() - MAX_AGE_MS && at <= now() + SKEW_MS) return at;
  throw new AppError('invalid-argument', '"at" has to be within the last 30 days.', {
    details: { reason: 'invalid-time', field: 'at' },
  });
}

/** Left out, the time is that of the call, and so another one in each. */
const isSame = (stored: Conversion, wanted: Conversion, at: number | undefined): boolean =>
  (['type', 'value', 'campaignId', 'agentId', 'link', 'createdBy'] as const).every(
    (name) => stored[name] === wanted[name],
  ) &&
  (at === undefined || stored.at === wanted.at);
