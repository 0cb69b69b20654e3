import { ensureTopic, publishAll } from '../platform/pubsub';
import { GRPC, grpcCode } from '../platform/commit';
import type { ChangeEvent } from './schema';

/** Where events are, for whoever subscribes; the figures are made of them. */
export const TOPIC = 'analytics-events';

/** Publishes events; when it returns, they are durable. The topic is made when it is first used. */
export async function publishEvents(events: readonly ChangeEvent[]): Promise<void> {
  if (events.length === 0) return;
  try {
    await publishAll(TOPIC, events);
  } catch (error) {
    if (grpcCode(error) !== GRPC.notFound) throw error;
    await ensureTopic(TOPIC);
    await publishAll(TOPIC, events);
  }
}
