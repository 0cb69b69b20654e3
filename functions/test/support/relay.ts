import { PubSub } from '@google-cloud/pubsub';
import { TOPIC } from '../../src/analytics/publish';
import { analyticsOnConversation } from '../../src/entry/triggers/analyticsOnConversation';
import { analyticsOnConversion } from '../../src/entry/triggers/analyticsOnConversion';
import { analyticsOnMessage } from '../../src/entry/triggers/analyticsOnMessage';
import { db } from '../../src/platform/firestore';

type Trigger = { run(event: never): unknown };
type Snapshot = FirebaseFirestore.QueryDocumentSnapshot;
/** What there was not, or is not any more. */
const NOTHING = { data: () => undefined };

/** Calls a trigger as the platform does. */
const fire = (trigger: Trigger, data: object): unknown =>
  trigger.run({ data, time: new Date().toISOString() } as never);

type Call = (before: Snapshot | undefined, after: Snapshot | undefined) => unknown;
const written =
  (trigger: Trigger): Call =>
  (before = NOTHING as never, after = NOTHING as never) =>
    fire(trigger, { before, after });

const TRIGGERS: [collection: string, call: Call][] = [
  ['messages', written(analyticsOnMessage)],
  ['conversations', written(analyticsOnConversation)],
  ['conversions', (before, after) => before ?? fire(analyticsOnConversion, after as Snapshot)],
];

/** Calls the deployed triggers for what was written, where no functions emulator does. */
export interface Relay {
  /** Calls them for all that changed since the last time; `times` of each, as the platform may. */
  pass(times?: (path: string) => number): Promise<void>;
}

export function makeRelay(): Relay {
  const known = new Map<string, Snapshot>();
  return {
    async pass(times = () => 1) {
      for (const [name, call] of TRIGGERS) {
        const { docs } = await db().collection(name).get();
        const changed = docs.filter(
          (doc) => !known.get(doc.ref.path)?.updateTime.isEqual(doc.updateTime),
        );
        await Promise.all(
          changed.flatMap((doc) => {
            const before = known.get(doc.ref.path);
            known.set(doc.ref.path, doc);
            return Array.from({ length: times(doc.ref.path) }, () => call(before, doc));
          }),
        );
        const there = new Set(docs.map(({ ref }) => ref.path));
        const gone = [...known].filter(
          ([path, { ref }]) => ref.parent.id === name && !there.has(path),
        );
        for (const [path, doc] of gone) {
          known.delete(path);
          await call(doc, undefined);
        }
      }
    },
  };
}

/** Makes the topic with a subscription that delivers again, what was not acknowledged, after 10 s. */
export async function makeImpatientTopic(): Promise<void> {
  const pubsub = new PubSub({ projectId: process.env['GCLOUD_PROJECT'] as string });
  await pubsub.createTopic(TOPIC);
  await pubsub.topic(TOPIC).createSubscription(`${TOPIC}-drain`, { ackDeadlineSeconds: 10 });
  await pubsub.close();
}
