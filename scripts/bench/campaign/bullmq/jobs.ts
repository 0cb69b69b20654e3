/** One job a recipient. */
export interface Recipient {
  campaignId: string;
  phone: string;
  name: string;
}

export const QUEUE = 'campaign-messages';

/** By recipient, the wamid of the message that was accepted. */
export const sentKey = (campaignId: string): string => `campaign:${campaignId}:sent`;
/** By recipient and status, when it was. */
export const statusesKey = (campaignId: string): string => `campaign:${campaignId}:statuses`;
/** How many have come to each status. */
export const countsKey = (campaignId: string): string => `campaign:${campaignId}:counts`;
