import { archivedDocuments } from '../archive/read';
import type { AuditEntry } from '../audit/record';
import { batchPages } from '../batch/batchPages';
import { collection, type Collection } from '../batch/collection';
import { factsOfOutcome, factsOfRecipient, type CampaignFact } from '../campaigns/facts';
import type { Campaign, Chunk, GroupOutcomes } from '../campaigns/schema';
import type { Conversation, Episode } from '../conversations/schema';
import type { Message } from '../messages/schema';
import { NO_DIMENSIONS, type Fact } from '../shared/fact';
import { factsOfConversation, factsOfConversion, factsOfEpisode, factsOfMessage } from './facts';
import { DAY_MS } from './levels';
import { conversions } from './store';

/** A message can be scheduled a year ahead, and be read for some weeks after that. */
const LOOK_BACK_MS = 400 * DAY_MS;

/**
 * All facts of a range, from the documents that tell them: a read each of the range's documents and
 * of the messages and campaigns of 400 days before it, whose states may have come in the range;
 * archived messages are read from their files.
 */
export async function* factsOfSource(from: number, to: number): AsyncGenerator<Fact[]> {
  for await (const facts of allFacts(from - LOOK_BACK_MS, from, to)) {
    yield facts.filter(({ at }) => at >= from && at < to);
  }
}

async function* allFacts(since: number, from: number, to: number): AsyncGenerator<Fact[]> {
  yield* messageFacts(since, to);
  yield* campaignFacts(since, to);
  yield* conversationFacts(from);
  yield* episodeFacts(from);
  yield* conversionFacts(from, to);
}

async function* messageFacts(since: number, to: number): AsyncGenerator<Fact[]> {
  const pages = batchPages(
    collection<Message>('messages'),
    [
      {
        where: [
          ['timestamp', '>=', since],
          ['timestamp', '<', to],
        ],
      },
    ],
    { fields: MESSAGE_FIELDS },
  );
  for await (const { items } of pages) yield items.flatMap(({ data }) => factsOfMessage(data));
  for await (const lines of archivedDocuments('messages', { from: since, to })) {
    yield lines.flatMap(({ data }) => factsOfMessage(data as Message));
  }
}

const MESSAGE_FIELDS = [
  ...['channelId', 'type', 'userId', 'direction', 'timestamp'],
  ...['acceptedAt', 'sentAt', 'deliveredAt', 'readAt', 'playedAt', 'failedAt'],
];

async function* campaignFacts(since: number, to: number): AsyncGenerator<Fact[]> {
  const campaigns = batchPages(collection<Campaign>('campaigns'), [{ where: [] }], {
    fields: ['channelId', 'launchedAt'],
  });
  for await (const { items } of campaigns) {
    // eslint-disable-next-line recado/no-firestore-in-loops -- a campaign's documents, in pages, after the other's
    for (const { id, data } of items) {
      const { channelId, launchedAt } = data;
      if (launchedAt === null || launchedAt < since || launchedAt >= to) continue;
      const of = (fact: CampaignFact): Fact => ({
        ...NO_DIMENSIONS,
        ...fact,
        value: null,
        campaignId: id,
        channelId,
        direction: 'out',
        type: 'template',
      });
      const chunks = collection<Chunk>(`campaigns/${id}/chunks`);
      yield* recipientFacts(chunks, ({ recipients }) =>
        Object.values(recipients).flatMap(factsOfRecipient).map(of),
      );
      const outcomes = collection<GroupOutcomes>(`campaigns/${id}/outcomes`);
      yield* recipientFacts(outcomes, ({ recipients }) =>
        Object.values(recipients).flatMap(factsOfOutcome).map(of),
      );
    }
  }
}

async function* recipientFacts<T extends object>(
  documents: Collection<T>,
  factsOf: (data: T) => Fact[],
): AsyncGenerator<Fact[]> {
  const pages = batchPages(documents, [{ where: [] }], {
    fields: ['recipients'],
    limit: 50,
  });
  for await (const { items } of pages) yield items.flatMap(({ data }) => factsOf(data));
}

/** Answers in conversations that were not resolved since. */
async function* conversationFacts(from: number): AsyncGenerator<Fact[]> {
  const pages = batchPages(
    collection<Conversation>('conversations'),
    [{ where: [['lastMessageAt', '>=', from]] }],
    { fields: ['channelId', 'openedAt', 'replies'] },
  );
  for await (const { items } of pages) yield items.flatMap(({ data }) => factsOfConversation(data));
}

/** What came to its end when conversations were resolved. */
async function* episodeFacts(from: number): AsyncGenerator<Fact[]> {
  const pages = batchPages(
    collection<Pick<AuditEntry, 'target'> & { details?: { episode?: Episode } }>('auditLog'),
    [{ where: [['at', '>=', from]] }],
    {
      fields: ['target', 'details.episode'],
    },
  );
  for await (const { items } of pages) {
    yield items.flatMap(({ data: { target, details } }) => {
      const episode = details?.episode;
      return episode ? factsOfEpisode(channelOf(target), episode) : [];
    });
  }
}

/** `conversations/{channelId}_{contactId}`. */
const channelOf = (target: string): string =>
  target.slice(target.indexOf('/') + 1, target.indexOf('_'));

async function* conversionFacts(from: number, to: number): AsyncGenerator<Fact[]> {
  const pages = batchPages(conversions, [
    {
      where: [
        ['at', '>=', from],
        ['at', '<', to],
      ],
    },
  ]);
  for await (const { items } of pages) yield items.flatMap(({ data }) => factsOfConversion(data));
}
