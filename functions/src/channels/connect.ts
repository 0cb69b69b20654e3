import { z } from 'zod';
import { auditWrite } from '../audit/record';
import { now } from '../platform/clock';
import { commit, grpcCode, GRPC } from '../platform/commit';
import { callGraph } from '../platform/whatsapp/client';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import type { channelInput } from './schema';
import { createChannel, forgetChannel, updateChannel } from './store';

const info = z.object({
  display_phone_number: z.string(),
  quality_rating: z.string().optional(),
  throughput: z.object({ level: z.string() }).optional(),
});

/** Messages a second by Meta's throughput level. */
const throughputOf = (level: string | undefined): number => (level === 'HIGH' ? 1_000 : 80);

/**
 * Connects a number: asks WhatsApp whether the token may use it, and stores it as a channel. Done
 * again it refreshes what WhatsApp says of the number.
 */
export async function connectChannel(
  member: Pick<Member, 'uid'>,
  { channelId }: z.output<typeof channelInput>,
): Promise<{ displayPhoneNumber: string }> {
  const outcome = await callGraph(
    'GET',
    `${channelId}?fields=display_phone_number,quality_rating,throughput`,
  );
  const parsed = outcome.kind === 'accepted' ? info.safeParse(outcome.body) : undefined;
  if (!parsed?.success) {
    throw new AppError('failed-precondition', 'WhatsApp does not let this token use the number.', {
      details: {
        reason: 'number-not-usable',
        hint: 'Check the phone number id, and that the system user of the token may use it.',
        ...(outcome.kind === 'rejected' ? { code: outcome.error.code } : {}),
      },
    });
  }
  const { display_phone_number, quality_rating, throughput } = parsed.data;
  const known = {
    displayPhoneNumber: display_phone_number,
    quality: quality_rating ?? null,
    throughput: throughputOf(throughput?.level),
  };
  const audit = auditWrite(member.uid, 'channels.connect', `channels/${channelId}`);
  try {
    await commit([createChannel(channelId, { ...known, paused: null, createdAt: now() }), audit]);
  } catch (error) {
    if (grpcCode(error) !== GRPC.alreadyExists) throw error;
    await commit([updateChannel(channelId, known), audit]);
  }
  forgetChannel(channelId);
  return { displayPhoneNumber: display_phone_number };
}
