import { tellChanges } from '../campaigns/outbox';
import { drainEvents } from './drain';
import { publishEvents } from './publish';
import { rollUp } from './rollUp';
import { sampleQueues } from './sampleQueues';

/** What a minute's run did. */
export interface MinuteReport {
  told: number;
  counted: number;
  merged: number;
}

/**
 * Brings the figures up to date: publishes what campaigns have to tell, counts the events that
 * wait and samples of the queues, merges what is over. Each step bears a crash or a second run.
 *
 * @param until while events come, they are counted until this time
 */
export async function bringUpToDate(until: number): Promise<MinuteReport> {
  const told = await tellChanges(publishEvents);
  const counted = await drainEvents(until, sampleQueues);
  return { told, counted, merged: await rollUp() };
}
