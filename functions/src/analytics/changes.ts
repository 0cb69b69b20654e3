import type { Conversation } from '../conversations/schema';
import { isBroughtBack } from '../messages/rules';
import type { Message } from '../messages/schema';
import type { Version } from '../platform/firestore';
import { differenceOf, type Fact } from '../shared/fact';
import { hashId } from '../shared/ids';
import { factsOfConversation, factsOfConversion, factsOfEpisode, factsOfMessage } from './facts';
import { publishEvents } from './publish';
import type { ChangeEvent, Conversion } from './schema';

/** A write to a document, as a trigger tells of it. */
export interface Change<T> {
  path: string;
  before: T | undefined;
  /** Absent: it was deleted. */
  after: T | undefined;
  /** The document's, after the write; of its own for a deletion. */
  version: Version;
  /** When it was written, epoch ms. */
  at: number;
}

/**
 * Publishes what a write to a message, conversation or conversion changes of the figures; mostly
 * nothing. A trigger that repeats publishes the same event.
 */
export async function messageChanged(change: Change<Message>): Promise<void> {
  const { before, after, at } = change;
  // Messages are deleted or archived when they are old; what they were stays counted, and does not
  // count again where an archived one is brought back.
  if (after && (before || !isBroughtBack(after, at)))
    await publish(change, changeOf(change, factsOfMessage));
}

/** A conversation that is moved to another document takes its answer along. */
export const conversationChanged = (change: Change<Conversation>): Promise<void> =>
  publish(change, [...changeOf(change, factsOfConversation), ...factsOfResolving(change)]);

export const conversionChanged = (change: Change<Conversion>): Promise<void> =>
  publish(change, changeOf(change, factsOfConversion));

const changeOf = <T>({ before, after }: Change<T>, factsOf: (document: T) => Fact[]): Fact[] =>
  differenceOf(before ? factsOf(before) : [], after ? factsOf(after) : []);

/** What is added for good by the write that resolves a conversation, and by no other. */
function factsOfResolving({ before, after }: Change<Conversation>): Fact[] {
  const episode = after?.lastEpisode;
  const hasEnded = before?.openedAt !== undefined && after?.openedAt === undefined;
  if (!after || !episode || !hasEnded || before.openedAt !== episode.openedAt) return [];
  return factsOfEpisode(after.channelId, episode);
}

async function publish({ path, version, at }: Change<unknown>, facts: Fact[]): Promise<void> {
  // What was open and is now closed adds the same as before.
  const sum = differenceOf([], facts);
  if (sum.length === 0) return;
  const event: ChangeEvent = { id: hashId('change', path, version), at, source: path, facts: sum };
  await publishEvents([event]);
}
