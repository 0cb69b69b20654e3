import { now } from '../platform/clock';
import type { Member } from '../team/schema';
import { assertStatus, changeStatus, type Controlled } from './changeStatus';

/** Stops sending within seconds; what was handed to WhatsApp goes its way. */
export async function pause(
  member: Member,
  { campaignId, reason }: { campaignId: string; reason: string },
): Promise<Controlled> {
  const status = await changeStatus(member, 'pause', campaignId, (data) => {
    if (data.status === 'paused') return null;
    assertStatus(data, ['scheduled', 'running'], 'paused');
    return { status: 'paused', paused: { reason, code: null, at: now() } };
  });
  return { campaignId, status };
}

/** Ends a campaign; nobody who was not sent to yet is. */
export async function cancel(member: Member, campaignId: string): Promise<Controlled> {
  const status = await changeStatus(member, 'cancel', campaignId, (data) => {
    if (data.status === 'cancelled') return null;
    assertStatus(data, ['draft', 'scheduled', 'running', 'paused'], 'cancelled');
    return { status: 'cancelled', isActive: false, completedAt: now() };
  });
  return { campaignId, status };
}
