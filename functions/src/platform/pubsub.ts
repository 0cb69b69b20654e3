import type { PubSub, v1 } from '@google-cloud/pubsub';
import { projectId } from '../params';
import { GRPC, grpcCode } from './commit';
import { onShutdown } from './lifecycle';

type Library = typeof import('@google-cloud/pubsub');
type ClientOptions = NonNullable<ConstructorParameters<typeof v1.SubscriberClient>[0]>;
let library: Promise<Library> | undefined;
/** Loaded when it is first needed: most instances never are. */
const load = (): Promise<Library> => (library ??= import('@google-cloud/pubsub'));

let publisher: PubSub | undefined;
let subscriber: v1.SubscriberClient | undefined;

async function client(): Promise<PubSub> {
  const { PubSub } = await load();
  if (!publisher) {
    const opened = new PubSub({ projectId: projectId() });
    publisher = opened;
    onShutdown('pubsub publisher', () => opened.close(), 'close');
  }
  return publisher;
}

/**
 * Publishes one message; when it returns, the message is durable.
 *
 * @throws where the topic does not exist, or Pub/Sub is out of order
 */
export async function publish(topic: string, body: unknown): Promise<void> {
  await (await client()).topic(topic).publishMessage({ json: body });
}

/** Publishes messages, many in a request; when it returns, all of them are durable. */
export async function publishAll(topic: string, bodies: readonly unknown[]): Promise<void> {
  const publisher = (await client()).topic(topic);
  await Promise.all(bodies.map((body) => publisher.publishMessage({ json: body })));
}

/** Makes a topic and its one subscription, from which `pull` takes. Done again it changes nothing. */
export async function ensureTopic(topic: string): Promise<void> {
  const pubsub = await client();
  await unlessExists(pubsub.createTopic(topic));
  await unlessExists(
    pubsub.topic(topic).createSubscription(subscriptionOf(topic), {
      ackDeadlineSeconds: 60,
      messageRetentionDuration: { seconds: 7 * 24 * 60 * 60 },
      expirationPolicy: {},
    }),
  );
}

async function unlessExists(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (grpcCode(error) !== GRPC.alreadyExists) throw error;
  }
}

/** A message that was taken; it comes again unless it is acknowledged. */
export interface Pulled {
  ackId: string;
  body: string;
}

/** How long an empty subscription is listened to. */
const PULL_TIMEOUT_MS = 5_000;

/**
 * Takes up to 1,000 messages at once; none where nothing came within a few seconds, or the topic
 * does not exist (yet).
 */
export async function pull(
  topic: string,
  { max = 1_000, waitMs = PULL_TIMEOUT_MS } = {},
): Promise<Pulled[]> {
  const puller = await openSubscriber();
  try {
    const [answer] = await puller.pull(
      { subscription: subscriptionPath(topic), maxMessages: max },
      { timeout: waitMs, retry: null },
    );
    return (answer.receivedMessages ?? []).flatMap(({ ackId, message }) =>
      ackId ? [{ ackId, body: Buffer.from(message?.data ?? '').toString('utf8') }] : [],
    );
  } catch (error) {
    const code = grpcCode(error);
    if (code === GRPC.notFound || code === GRPC.deadlineExceeded) return [];
    throw error;
  }
}

/** Tells that messages need not come again. Losing it is harmless: they come again. */
export async function acknowledge(topic: string, ackIds: string[]): Promise<void> {
  if (ackIds.length === 0) return;
  const puller = await openSubscriber();
  await puller.acknowledge({ subscription: subscriptionPath(topic), ackIds });
}

const subscriptionOf = (topic: string): string => `${topic}-drain`;
const subscriptionPath = (topic: string): string =>
  `projects/${projectId()}/subscriptions/${subscriptionOf(topic)}`;

async function openSubscriber(): Promise<v1.SubscriberClient> {
  if (subscriber) return subscriber;
  const { v1 } = await load();
  // Tells the low-level client of the emulator, if there is one.
  const config = (await (await client()).getClientConfig()) as ClientOptions;
  subscriber ??= closedAtTheEnd(new v1.SubscriberClient(config));
  return subscriber;
}

function closedAtTheEnd(opened: v1.SubscriberClient): v1.SubscriberClient {
  onShutdown('pubsub subscriber', () => opened.close(), 'close');
  return opened;
}
