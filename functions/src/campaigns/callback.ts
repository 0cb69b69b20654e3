/** Which message of which campaign a status is about; WhatsApp brings it back with every status. */
export interface CampaignMessage {
  campaignId: string;
  /** `{group}-{n}`. */
  chunkId: string;
  contactId: string;
  round: number;
}

/** The value of `biz_opaque_callback_data`. The dot tells it from the ids of other messages. */
export const toCallbackData = ({
  campaignId,
  chunkId,
  contactId,
  round,
}: CampaignMessage): string => `c.${campaignId}.${chunkId}.${contactId}.${round}`;

const CALLBACK = /^c\.([A-Za-z0-9_-]{8,64})\.(\d{1,9}-\d{1,3})\.([A-Za-z0-9]{1,64})\.(\d{1,4})$/;

/** The message that a callback's data names; `undefined` where it is none of a campaign. */
export function fromCallbackData(data: string | undefined): CampaignMessage | undefined {
  const [, campaignId, chunkId, contactId, round] = CALLBACK.exec(data ?? '') ?? [];
  if (!campaignId || !chunkId || !contactId || !round) return undefined;
  return { campaignId, chunkId, contactId, round: Number(round) };
}

/** The group of outcomes that a chunk belongs to. */
export const groupOf = (chunkId: string): string => chunkId.slice(0, chunkId.indexOf('-'));
