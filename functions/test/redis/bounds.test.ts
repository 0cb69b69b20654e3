import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fold } from '../../src/analytics/fold';
import { aliasIds } from '../../src/contacts/rules';
import { noTotals } from '../../src/monitoring/totals';
import { db } from '../../src/platform/firestore';
import { hashId } from '../../src/shared/ids';
import { hasRedisServer, useRedis } from '../support/redis';
import { useProject } from '../support/project';

/**
 * Everything that is cached, how old it may be, how it is read, and a write to it by somebody else:
 * two instances have it in memory, a third one writes, and after the bound both of them see it.
 */
useProject('cache-bounds');

let time = Date.now();

/** An instance with its own memory, its own connections, and the test's clock. */
async function newInstance() {
  vi.resetModules();
  const modules = {
    clock: await import('../../src/platform/clock.js'),
    firestore: await import('../../src/platform/firestore.js'),
    team: await import('../../src/team/members.js'),
    channels: await import('../../src/channels/read.js'),
    conversations: await import('../../src/conversations/store.js'),
    templates: await import('../../src/templates/store.js'),
    campaigns: await import('../../src/campaigns/store.js'),
    attributes: await import('../../src/contacts/attributes.js'),
    segments: await import('../../src/contacts/segments.js'),
    identify: await import('../../src/contacts/identify.js'),
    queues: await import('../../src/analytics/queueMetrics.js'),
    figures: await import('../../src/analytics/get.js'),
    analytics: await import('../../src/analytics/schema.js'),
    samples: await import('../../src/analytics/sampleQueues.js'),
    status: await import('../../src/monitoring/status.js'),
    horizon: await import('../../src/archive/horizon.js'),
    wishes: await import('../../src/campaigns/optOuts.js'),
    blocks: await import('../../src/campaigns/blocks.js'),
    batch: await import('../../src/batch/batchAggregation.js'),
  };
  modules.clock.setClock(() => time);
  return modules;
}
type Instance = Awaited<ReturnType<typeof newInstance>>;

const write = (path: string, data: object): Promise<unknown> =>
  db().doc(path).set(data, { merge: true });
const template = { name: 'offer', language: 'es', status: 'APPROVED' };
const campaign = { channelId: '1', status: 'running' };
const waiting = (at: number) => ({ channelId: '1', direction: 'out', dueAt: at, timestamp: at });

interface Cached {
  name: string;
  /** The caches' own names, as in the metrics; left out where it is no cache of platform/cache. */
  caches?: string[];
  boundMs: number;
  read: (instance: Instance) => Promise<unknown>;
  /** Another one each time. */
  write: (n: number) => Promise<unknown>;
}

const CACHED: Cached[] = [
  {
    name: 'a member',
    caches: ['members'],
    boundMs: 20_000,
    read: ({ team }) => team.activeMember('ada'),
    write: (n) => write('users/ada', { role: n % 2 ? 'agent' : 'admin', isActive: true }),
  },
  {
    name: 'somebody who is not a member any more',
    caches: ['members'],
    boundMs: 20_000,
    read: ({ team }) => Promise.all(TEAM.map((uid) => team.activeMember(`old-${uid}`))),
    write: (n) => write(`users/old-${n}`, { role: 'agent', isActive: false }),
  },
  {
    name: 'somebody who was no member',
    caches: ['members'],
    boundMs: 2_000,
    read: ({ team }) => Promise.all(TEAM.map((uid) => team.activeMember(`new-${uid}`))),
    write: (n) => write(`users/new-${n}`, { role: 'agent', isActive: true }),
  },
  {
    name: 'a channel',
    caches: ['channels'],
    boundMs: 5_000,
    read: ({ channels }) => channels.channel('1'),
    write: (n) => write('channels/1', { throughput: 80 + n, paused: null }),
  },
  {
    name: 'a conversation',
    caches: ['conversations'],
    boundMs: 15_000,
    read: async ({ conversations }) => (await conversations.readSnapshots(['c'])).get('c')?.data,
    write: (n) => write('conversations/c', { unreadCount: n }),
  },
  {
    name: 'a template',
    caches: ['templates'],
    boundMs: 60_000,
    read: async ({ templates }) => (await templates.templateSnapshot('offer_es')).data,
    write: (n) => write('templates/offer_es', { ...template, bodyParams: [String(n)] }),
  },
  {
    name: 'a campaign',
    caches: ['campaigns'],
    boundMs: 3_000,
    read: async ({ campaigns }) => (await campaigns.campaignSnapshot('spring')).data,
    write: (n) => write('campaigns/spring', { ...campaign, status: n % 2 ? 'paused' : 'running' }),
  },
  {
    name: "a channel's running campaigns",
    caches: ['running'],
    boundMs: 3_000,
    read: async ({ campaigns }) => (await campaigns.runningCampaigns('2')).map(({ id }) => id),
    write: (n) => write(`campaigns/c${n}`, { ...campaign, channelId: '2' }),
  },
  {
    name: 'the attributes',
    caches: ['attributes'],
    boundMs: 30_000,
    read: ({ attributes }) => attributes.attributeDefinitions(),
    write: (n) => write('settings/attributes', { definitions: { [`a${n}`]: { type: 'text' } } }),
  },
  {
    name: 'how many contacts a filter finds',
    caches: ['segment-counts'],
    boundMs: 30_000,
    read: ({ segments }) => segments.countSegment({ filter: { anyTag: ['vip'] } }),
    write: (n) => write(`contacts/p${n}`, { tags: ['vip'], isActive: true, isBlocked: false }),
  },
  {
    name: 'what waits to be sent',
    caches: ['queues'],
    boundMs: 5_000,
    read: async ({ queues }) => (await queues.queueMetrics({ channelId: '1' })).queues,
    write: (n) => write(`messages/m${n}`, waiting(1_000 + n)),
  },
  {
    name: 'the figures',
    caches: ['figures'],
    boundMs: 10_000,
    read: async ({ figures, analytics }) => {
      const asked = { from: DAY, to: DAY + 60_000, granularity: 'minute', timeZone: 'UTC' };
      const question = analytics.getInput.parse(asked);
      return (await figures.getMetrics({ uid: 'ada', role: 'admin' }, question)).totals;
    },
    write: (n) => fold([eventOf(n)]),
  },
  {
    name: 'the status',
    caches: ['status'],
    boundMs: 15_000,
    read: async ({ status }) => (await status.systemStatus()).deadLetters,
    write: (n) => write(`deadLetters/d${n}`, { status: 'open', kind: 'webhook', createdAt: time }),
  },
  {
    name: 'the metrics',
    caches: ['metrics-text'],
    boundMs: 10_000,
    read: ({ status }) => status.metricsText(),
    write: (n) => {
      const totals = { ...noTotals(), total: { recado_slow_queries_total: { shape: n + 1 } } };
      return write('telemetry/totals', { totals: JSON.stringify(totals), facts: 'null' });
    },
  },
  {
    name: 'whose alias it is',
    caches: ['aliases'],
    boundMs: 10 * 60_000,
    read: (instance) => contactOf(instance, false),
    write: ownAlias,
  },
  {
    name: 'whose alias of a merged contact it is',
    caches: ['merged-aliases'],
    boundMs: 20_000,
    read: (instance) => contactOf(instance, true),
    write: ownAlias,
  },
  {
    name: 'what is archived',
    caches: ['archive-horizon'],
    boundMs: 10 * 60_000,
    read: ({ horizon }) => horizon.archivedBefore('messages'),
    write: (n) => write('partition_metadata/messages', { archivedBefore: n }),
  },
  {
    name: 'the numbers that the minute looks at',
    caches: ['channel-ids'],
    boundMs: 10 * 60_000,
    read: async ({ samples }) =>
      (await samples.sampleQueues(true))[0]?.counts.map(({ key }) => key),
    write: (n) => write(`channels/new${n}`, { createdAt: n }),
  },
  {
    name: 'what was added up',
    caches: ['aggregations'],
    boundMs: 5_000,
    read: ({ batch }) =>
      batch.batchAggregation({ path: 'templates' }, [{ where: [], count: true }], {
        maxAgeMs: 5_000,
      }),
    write: (n) => write(`templates/s${n}`, { name: 'x' }),
  },
  {
    name: 'who wants no more offers, for campaigns',
    boundMs: 3_000,
    read: async ({ wishes }) => [...(await wishes.refusedOf(PEOPLE, 'marketing', DAY))],
    write: (n) =>
      write(`contacts/w${n}`, {
        consents: { marketing: { state: 'out', at: time, outRecordedAt: time } },
      }),
  },
  {
    name: 'who is blocked, for campaigns',
    boundMs: 10_000,
    read: async ({ blocks }) => [...(await blocks.blockedOf(PEOPLE, DAY))],
    write: (n) => write(`contacts/w${n}`, { isBlocked: true, blockedAt: time }),
  },
];

/** All of them are members at first, or none is; a write changes one. */
const TEAM = Array.from({ length: 20 }, (_, n) => String(n));
const PEOPLE = Array.from({ length: 20 }, (_, n) => `w${n}`);

const identityOf = (isMerged: boolean) => ({ bsuid: isMerged ? 'ES.2' : 'ES.1' });
let owner = '';
function ownAlias(n: number): Promise<void> {
  owner = `contact${n}`;
  return Promise.resolve();
}
/** As receiving does: what is not known is looked up, and then known. */
function contactOf({ identify }: Instance, isMerged: boolean): Promise<string> {
  const identity = identityOf(isMerged);
  const guess = identify.guessContact(identity);
  if (guess !== aliasIds(identity)[0]) return Promise.resolve(guess);
  identify.rememberContact(identity, owner, isMerged);
  return Promise.resolve(owner);
}

const DAY = Math.floor(time / 86_400_000) * 86_400_000;
const eventOf = (n: number) => ({
  id: hashId('event', String(n)),
  at: time,
  source: `messages/x${n}`,
  facts: [
    {
      ...{ event: 'sent' as const, at: DAY + 1_000, count: 1, value: null, channelId: '1' },
      ...{ direction: 'out' as const, type: 'text', campaignId: null, agentId: null, link: null },
    },
  ],
});

/** @param from the number of its first write, so that none is of another's */
const bounds = (from: number): void => {
  let instances: Instance[];
  beforeAll(async () => {
    await Promise.all(
      TEAM.map((uid) => write(`users/old-${uid}`, { role: 'agent', isActive: true })),
    );
    instances = [await newInstance(), await newInstance()];
  });
  afterAll(async () => {
    await Promise.all(instances.map(({ firestore }) => firestore.closeDb()));
  });

  it.each(CACHED)('$name is seen after $boundMs ms', async ({ boundMs, read, write: change }) => {
    const look = () => Promise.all(instances.map(read));
    await change(from);
    time += boundMs;
    const before = await look();
    expect(before[0]).toEqual(before[1]);
    await change(from + 1);
    // They have it in memory.
    expect(await look()).toEqual(before);
    time += boundMs;
    const after = await look();
    expect(after[0]).toEqual(after[1]);
    expect(after).not.toEqual(before);
    await change(from + 2);
    time += boundMs;
    expect(await look()).not.toEqual(after);
  });
};

it('has every cache of the product', () => {
  const source = join(import.meta.dirname, '../../src');
  const names = globSync('**/*.ts', { cwd: source, exclude: ['platform/cache/**', '**/*.test.ts'] })
    .map((file) => readFileSync(join(source, file), 'utf8'))
    .flatMap((text) => [...text.matchAll(/create(?:Shared)?Cache<[^(]*\(\{\s*name: '([^']+)'/g)])
    .map(([, name]) => name);
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/cache.md'), 'utf8');
  expect(names.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);
  expect([...new Set(CACHED.flatMap(({ caches = [] }) => caches))].sort()).toEqual(names.sort());
});

describe('without a Redis', () => bounds(0));

describe.skipIf(!hasRedisServer())('with a Redis', () => {
  useRedis();
  bounds(10);
});
