import { fold } from '../../../functions/lib/analytics/fold.js';
import { getMetrics } from '../../../functions/lib/analytics/get.js';
import { queueMetrics } from '../../../functions/lib/analytics/queueMetrics.js';
import { rollUp } from '../../../functions/lib/analytics/rollUp.js';
import { getInput } from '../../../functions/lib/analytics/schema.js';
import { campaignSnapshot } from '../../../functions/lib/campaigns/store.js';
import { channel } from '../../../functions/lib/channels/read.js';
import { countSegment } from '../../../functions/lib/contacts/segments.js';
import { readSnapshots } from '../../../functions/lib/conversations/store.js';
import { systemStatus } from '../../../functions/lib/monitoring/status.js';
import { setClock } from '../../../functions/lib/platform/clock.js';
import { db } from '../../../functions/lib/platform/firestore.js';
import { activeMember } from '../../../functions/lib/team/members.js';
import { template } from '../../../functions/lib/templates/read.js';
import { emptyProject } from '../emptyProject.ts';
import { eventsOf } from '../metrics/events.ts';
import { INBOX, type LookUp } from './workload.ts';

const HOUR_MS = 3_600_000;
/** Hours of figures that dashboards show. */
const HOURS = 24;
const CONTACTS = 3_000;
const WRITES = 400;

/** Fills the project with an inbox, as it is at a time. */
export async function fillInbox(at: number): Promise<void> {
  await emptyProject();
  const documents: [path: string, data: object][] = [];
  const put = (count: number, path: string, data: (n: number) => object): void => {
    for (let n = 0; n < count; n++) documents.push([`${path}${n}`, data(n)]);
  };
  put(INBOX.agents, 'users/member', () => ({ role: 'agent', isActive: true }));
  put(INBOX.channels, 'channels/', () => ({ throughput: 80, paused: null, createdAt: at }));
  put(INBOX.conversations, 'conversations/', (n) => ({
    channelId: String(n % INBOX.channels),
    status: 'open',
    lastMessage: { type: 'text', text: 'x'.repeat(100) },
    lastMessageAt: at,
  }));
  put(INBOX.templates, 'templates/offer', () => ({ language: 'es', status: 'APPROVED' }));
  put(CONTACTS, 'contacts/', (n) => ({
    tags: [`tag${n % INBOX.segments}`],
    isActive: true,
    isBlocked: false,
  }));
  put(1, 'campaigns/', () => ({ channelId: '0', status: 'running', isOpen: true, isActive: true }));
  while (documents.length > 0) {
    const batch = db().batch();
    for (const [path, data] of documents.splice(0, WRITES)) batch.set(db().doc(path), data);
    await batch.commit();
  }
  let time = at - HOURS * HOUR_MS;
  const restore = setClock(() => time);
  for (; time < at; time += HOUR_MS) {
    await fold(eventsOf(time - HOUR_MS / 2, 50));
    await rollUp();
  }
  restore();
}

const viewer = { uid: 'viewer', role: 'viewer' } as const;
const GROUPS = ['channelId', 'type', undefined] as const;

/** Looks something up as the product does. */
export function lookUp({ kind, of }: LookUp, start: number): Promise<unknown> {
  switch (kind) {
    case 'member':
      return activeMember(`member${of}`);
    case 'channel':
      return channel(String(of));
    case 'conversation':
      return readSnapshots([String(of)]);
    case 'template':
      return template({ name: `offer${of}`, language: { code: 'es' } });
    case 'campaign':
      return campaignSnapshot(String(of));
    case 'queues':
      return queueMetrics({});
    case 'segment':
      return countSegment({ filter: { anyTag: [`tag${of}`] } });
    case 'status':
      return systemStatus();
    case 'figures': {
      const range = { from: start - HOURS * HOUR_MS, to: start, granularity: 'hour' };
      return getMetrics(viewer, getInput.parse({ ...range, group: GROUPS[of] }));
    }
  }
}
