import { now } from '../platform/clock';
import { ensureTopic, publish } from '../platform/pubsub';
import type { StatusEvent } from '../platform/whatsapp/webhook';
import { fromCallbackData } from './callback';
import type { CampaignEvent } from './outcomes';

/** Statuses of campaigns' messages wait here until they are written down together. */
export const TOPIC = 'campaign-statuses';

/** Makes sure that statuses can be kept, before there can be any. */
export const openStatuses = (): Promise<void> => ensureTopic(TOPIC);

/** Whether a status is of a campaign's message. */
export const isOfCampaign = ({ callbackData }: StatusEvent): boolean =>
  fromCallbackData(callbackData) !== undefined;

/** Keeps statuses of campaigns' messages: when it returns they are durable, all in one request. */
export async function keepStatuses(events: readonly StatusEvent[]): Promise<void> {
  const kept = events.flatMap((event): CampaignEvent[] => {
    const message = fromCallbackData(event.callbackData);
    if (!message) return [];
    return [
      {
        ...message,
        // A voice message that was played was read.
        status: event.status === 'played' ? 'read' : event.status,
        at: Math.min(event.at ?? now(), now()),
        wamid: event.wamid,
        ...(event.error ? { code: event.error.code } : {}),
      },
    ];
  });
  if (kept.length > 0) await publish(TOPIC, kept);
}
