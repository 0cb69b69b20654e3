import { z } from 'zod';

const conversationStatus = z.enum(['open', 'pending', 'snoozed', 'resolved']);
type ConversationStatus = z.infer<typeof conversationStatus>;

/** What a list of conversations shows of the last message. */
export interface Preview {
  text: string;
  type: string;
  direction: 'in' | 'out';
}

/** From a customer's first message, or the opening by hand, until the conversation was resolved. */
export interface Episode {
  openedAt: number;
  /** The first answer of a member of the team, if there was one. */
  repliedAt: number | null;
  repliedBy: string | null;
  resolvedAt: number;
  resolvedBy: string;
}

/** `conversations/{channelId}_{contactId}`. All times are epoch milliseconds. */
export interface Conversation {
  channelId: string;
  contactId: string;
  contactName: string | null;
  /** Where replies go: the number, or the business-scoped user id where the number is hidden. */
  address: { phone?: string; bsuid?: string };
  status: ConversationStatus;
  snoozedUntil: number | null;
  /** The team's members who took part; agents see these conversations and unassigned ones. */
  participants: string[];
  assigneeId: string | null;
  labels: string[];
  unreadCount: number;
  lastMessage: Preview | null;
  lastMessageAt: number;
  /** The customer's last message: free text may be sent for 24 h from then. */
  lastInboundAt: number | null;
  /** What a mark-as-read names to WhatsApp. */
  lastInboundWamid: string | null;
  /** Nothing is sent to the contact; absent: it never was blocked. */
  isBlocked?: boolean;
  createdAt: number;
  /** Contacts that were merged into this one: campaigns know them by their own ids. */
  mergedFrom?: string[];
  /** The customer's first message since it was last resolved; absent: there is none yet. */
  openedAt?: number;
  /** By member: the first answer since then. Those from before `openedAt` are answers to nothing. */
  replies?: Record<string, number>;
  /** What came to its end when it was last resolved. */
  lastEpisode?: Episode;
}

export const conversationId = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9]+_[A-Za-z0-9]+$/, 'is not the id of a conversation');

export const assignInput = z.strictObject({
  conversationId,
  /** The member's uid; null: nobody. */
  assigneeId: z.string().min(1).max(128).nullable(),
});

export const setStatusInput = z
  .strictObject({
    conversationId,
    status: conversationStatus,
    /** Epoch milliseconds; with `snoozed` only. */
    until: z.number().int().positive().optional(),
  })
  .refine((input) => (input.status === 'snoozed') === (input.until !== undefined), {
    message: '"until" goes with the status "snoozed", and with no other',
    path: ['until'],
  });

const label = z.string().trim().min(1).max(40);
export const labelInput = z
  .strictObject({
    conversationId,
    add: z.array(label).max(20).default([]),
    remove: z.array(label).max(20).default([]),
  })
  .refine(({ add, remove }) => add.length + remove.length > 0, {
    message: 'name at least one label to add or to remove',
    path: ['add'],
  });

export const addNoteInput = z.strictObject({
  conversationId,
  /** Makes a repeated call harmless. */
  idempotencyKey: z.string().regex(/^[A-Za-z0-9_-]{8,128}$/),
  text: z.string().trim().min(1).max(4_096),
});

export const markReadInput = z.strictObject({ conversationId });
