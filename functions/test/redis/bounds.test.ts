import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fold } from '../../src/analytics/fold';
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
    status: await import('../../src/monitoring/status.js'),
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
  boundMs: number;
  read: (instance: Instance) => Promise<unknown>;
  /** Another one each time. */
  write: (n: number) => Promise<unknown>;
}

const CACHED: Cached[] = [
  {
    name: 'a member',
    boundMs: 20_000,
    read: ({ team }) => team.activeMember('ada'),
    write: (n) => write('users/ada', { role: n % 2 ? 'agent' : 'admin', isActive: true }),
  },
  {
    name: 'somebody who is no member yet, or not any more',
    boundMs: 20_000,
    read: ({ team }) => team.activeMember('new'),
    write: (n) =>
      n === 0 ? Promise.resolve() : write('users/new', { role: 'agent', isActive: n % 2 === 1 }),
  },
  {
    name: 'a channel',
    boundMs: 5_000,
    read: ({ channels }) => channels.channel('1'),
    write: (n) => write('channels/1', { throughput: 80 + n, paused: null }),
  },
  {
    name: 'a conversation',
    boundMs: 15_000,
    read: async ({ conversations }) => (await conversations.readSnapshots(['c'])).get('c')?.data,
    write: (n) => write('conversations/c', { unreadCount: n }),
  },
  {
    name: 'a template',
    boundMs: 60_000,
    read: async ({ templates }) => (await templates.templateSnapshot('offer_es')).data,
    write: (n) => write('templates/offer_es', { ...template, bodyParams: [String(n)] }),
  },
  {
    name: 'a campaign',
    boundMs: 3_000,
    read: async ({ campaigns }) => (await campaigns.campaignSnapshot('spring')).data,
    write: (n) => write('campaigns/spring', { ...campaign, status: n % 2 ? 'paused' : 'running' }),
  },
  {
    name: "a channel's running campaigns",
    boundMs: 3_000,
    read: async ({ campaigns }) => (await campaigns.runningCampaigns('2')).map(({ id }) => id),
    write: (n) => write(`campaigns/c${n}`, { ...campaign, channelId: '2' }),
  },
  {
    name: 'the attributes',
    boundMs: 30_000,
    read: ({ attributes }) => attributes.attributeDefinitions(),
    write: (n) => write('settings/attributes', { definitions: { [`a${n}`]: { type: 'text' } } }),
  },
  {
    name: 'how many contacts a filter finds',
    boundMs: 30_000,
    read: ({ segments }) => segments.countSegment({ filter: { anyTag: ['vip'] } }),
    write: (n) => write(`contacts/p${n}`, { tags: ['vip'], isActive: true, isBlocked: false }),
  },
  {
    name: 'what waits to be sent',
    boundMs: 5_000,
    read: async ({ queues }) => (await queues.queueMetrics({ channelId: '1' })).queues,
    write: (n) => write(`messages/m${n}`, waiting(1_000 + n)),
  },
  {
    name: 'the figures',
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
    boundMs: 15_000,
    read: async ({ status }) => (await status.systemStatus()).deadLetters,
    write: (n) => write(`deadLetters/d${n}`, { status: 'open', kind: 'webhook', createdAt: time }),
  },
];

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

describe('without a Redis', () => bounds(0));

describe.skipIf(!hasRedisServer())('with a Redis', () => {
  useRedis();
  bounds(10);
});
