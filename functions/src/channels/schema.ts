import { z } from 'zod';

/** `channels/{phoneNumberId}`: a WhatsApp number of the business. Times are epoch milliseconds. */
export interface Channel {
  displayPhoneNumber: string;
  /** Messages a second that WhatsApp allows, in and out. */
  throughput: number;
  quality: string | null;
  /** Why nothing is sent; null while sending is allowed. */
  paused: Pause | null;
  createdAt: number;
}

export interface Pause {
  reason: string;
  /** WhatsApp's error code, if it was an error. */
  code: number | null;
  at: number;
}

export const channelId = z.string().regex(/^\d{1,40}$/, 'is not a phone number id');

export const channelInput = z.strictObject({ channelId });

export const pauseInput = z.strictObject({
  channelId,
  reason: z.string().trim().min(1).max(200),
});
