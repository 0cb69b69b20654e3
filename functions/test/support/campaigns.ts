import type { AcceptedSend } from '../../../scripts/whatsapp-simulator/types.ts';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { launch } from '../../src/campaigns/launch';
import { createDraft } from '../../src/campaigns/define';
import { report, type ReportRow } from '../../src/campaigns/report';
import { drainStatuses } from '../../src/campaigns/drainStatuses';
import { expand } from '../../src/campaigns/expand';
import { runLane } from '../../src/campaigns/lane';
import { sharesOf } from '../../src/campaigns/shares';
import {
  createInput,
  type Campaign,
  type Chunk,
  type GroupOutcomes,
  type Totals,
} from '../../src/campaigns/schema';
import { lookAfterCampaigns } from '../../src/campaigns/upkeep';
import type { Channel } from '../../src/channels/schema';
import { contactOf as identified } from '../../src/contacts/identify';
import { aliasIds } from '../../src/contacts/rules';
import type { Contact } from '../../src/contacts/schema';
import { searchFields } from '../../src/contacts/search';
import { campaignsExpand } from '../../src/entry/tasks/campaignsExpand';
import { campaignsLane } from '../../src/entry/tasks/campaignsLane';
import { db } from '../../src/platform/firestore';
import type { Member } from '../../src/team/schema';
import { host } from './hosting';
import { makeQueue } from './queues';
import { connectChannel } from './stored';
import { waitFor } from './waitFor';
import { CHANNEL } from './webhooks';

export const SUPERVISOR: Member = { uid: 'supervisor1', role: 'supervisor' };

/** The queues of campaigns, with the deployed functions behind them. */
export async function makeCampaignQueues(): Promise<void> {
  await makeQueue('campaigns-expand', await host(campaignsExpand), { concurrent: 5 });
  await makeQueue('campaigns-lane', await host(campaignsLane), { concurrent: 50 });
}

/** A template with one placeholder, approved, here and at WhatsApp. */
export async function putTemplate(
  simulator: SimulatorClient,
  { name = 'spring', category = 'MARKETING' } = {},
): Promise<void> {
  await simulator.putTemplate(name, 'es', {
    category: category as 'MARKETING',
    components: [{ type: 'BODY', text: 'Hola {{1}}' }],
  });
  await db()
    .doc(`templates/${name}_es`)
    .set({
      name,
      language: 'es',
      status: 'APPROVED',
      category,
      headerFormat: null,
      headerParams: [],
      bodyParams: ['1'],
      buttons: [],
      reason: null,
      updatedAt: 0,
    });
}

export const phoneOf = (n: number): string => `+${34_611_000_000 + n}`;
export const contactOf = (phone: string): string => aliasIds({ phone })[0] as string;

const aContact = (phone: string, fields: Partial<Contact> = {}): Contact => {
  const contact = { ...identified({ phone }), name: 'Ana', tags: ['spring'], ...fields };
  return { ...contact, search: searchFields(contact) };
};

/** Stores a contact, with the id of whoever is first seen with this number; gives the id. */
export async function storeContact(
  phone: string,
  fields: Partial<Contact> = {},
  id = contactOf(phone),
): Promise<string> {
  await db().doc(`contacts/${id}`).set(aContact(phone, fields));
  await db().doc(`identities/${id}`).set({ contactId: id, createdAt: 0 });
  return id;
}

/** Stores contacts with the numbers of `phoneOf(first … first + count - 1)`; gives their ids. */
export async function storeContacts(
  count: number,
  fields: (n: number) => Partial<Contact> = () => ({}),
  first = 0,
): Promise<string[]> {
  const ids: string[] = [];
  const end = first + count;
  for (let from = first; from < end; from += 500) {
    const batch = db().batch();
    for (let n = from; n < Math.min(end, from + 500); n++) {
      const id = contactOf(phoneOf(n));
      ids.push(id);
      batch.set(
        db().doc(`contacts/${id}`),
        aContact(phoneOf(n), { name: `Ana ${n}`, ...fields(n) }),
      );
      batch.set(db().doc(`identities/${id}`), { contactId: id, createdAt: 0 });
    }
    await batch.commit();
  }
  return ids;
}

/** A campaign, as a client defines it, for the contacts with the tag "spring". */
export const definition = (campaignId: string, fields: Record<string, unknown> = {}) => ({
  campaignId,
  name: 'Spring',
  channelId: CHANNEL,
  variants: [
    {
      template: { name: 'spring', language: 'es' },
      variables: { 'body.1': { field: 'firstName', fallback: 'hola' } },
    },
  ],
  audience: { kind: 'contacts', filter: { anyTag: ['spring'] } },
  ...fields,
});

/** Creates a draft of `definition`. */
export async function draft(
  campaignId: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  await createDraft(SUPERVISOR, createInput.parse(definition(campaignId, fields)));
}

export const campaignAt = async (id: string): Promise<Campaign> =>
  (await db().doc(`campaigns/${id}`).get()).data() as Campaign;

export async function chunksAt(id: string): Promise<(Chunk & { id: string })[]> {
  const { docs } = await db().collection(`campaigns/${id}/chunks`).get();
  return docs.map((doc) => ({ ...(doc.data() as Chunk), id: doc.id }));
}

export async function outcomesAt(id: string): Promise<GroupOutcomes[]> {
  const { docs } = await db().collection(`campaigns/${id}/outcomes`).get();
  return docs.map((doc) => doc.data() as GroupOutcomes);
}

/** What the minute's schedule does, once. */
export async function runMinute(drainMs = 0): Promise<void> {
  await drainStatuses(Date.now() + drainMs);
  await lookAfterCampaigns();
}

/** Runs the schedule until a campaign has this status. */
export const waitForStatus = (
  id: string,
  status: Campaign['status'],
  timeoutMs = 60_000,
): Promise<unknown> =>
  waitFor(
    `the campaign ${id} to be ${status}`,
    async () => {
      await runMinute();
      return (await campaignAt(id)).status === status;
    },
    timeoutMs,
  );

/** All that the simulator accepted, in its order. */
export async function allSends(simulator: SimulatorClient): Promise<AcceptedSend[]> {
  const sends: AcceptedSend[] = [];
  let after: number | undefined;
  do {
    const page = await simulator.sends({ limit: 1_000, ...(after === undefined ? {} : { after }) });
    sends.push(...page.data);
    ({ after } = page);
  } while (after !== undefined);
  return sends;
}

/** Makes a stored campaign what a test needs it to be. */
export const setCampaign = (id: string, fields: Partial<Campaign>): Promise<unknown> =>
  db().doc(`campaigns/${id}`).update(fields);

/** What became of each recipient, all pages. */
export async function allRows(campaignId: string): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await report({ campaignId, format: 'json', cursor });
    rows.push(...(page.rows ?? []));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

let channels = 0;
/** A number of its own, here and at WhatsApp, so that no other test's campaign has its lanes. */
export async function connectOwnChannel(
  simulator: SimulatorClient,
  fields: Partial<Channel> = {},
): Promise<string> {
  const channelId = String(100_000_000_001_000 + channels++);
  const { throughput = 200 } = fields;
  await simulator.putNumber(channelId, { mps: throughput });
  await connectChannel(channelId, { ...fields, throughput });
  return channelId;
}

/** Does what the lanes of a channel do, until nothing is due. */
export async function runLanes(channelId: string): Promise<void> {
  const sender = (await db().doc(`channels/${channelId}`).get()).data() as Channel;
  const lanes = sharesOf(sender.throughput);
  await Promise.all(lanes.map((_, lane) => runLane({ channelId, lane })));
}

/** Creates and launches a campaign, puts its audience into chunks and sends them. */
export async function sendCampaign(
  campaignId: string,
  channelId: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  await draft(campaignId, { channelId, ...fields });
  await launch(SUPERVISOR, campaignId);
  await expand(campaignId);
  await runLanes(channelId);
}

/** An audience of the numbers of `phoneOf(first … first + count - 1)`. */
export const numbersFrom = (first: number, count: number) => ({
  audience: {
    kind: 'numbers',
    numbers: Array.from({ length: count }, (_, n) => phoneOf(first + n)),
  },
});

/** Drains statuses until the totals of a campaign are as a test wants them; gives them. */
export const drainUntil = (
  campaignId: string,
  what: string,
  holds: (totals: Totals) => boolean,
): Promise<Totals> =>
  waitFor(what, async () => {
    await drainStatuses(0);
    const { totals } = await campaignAt(campaignId);
    return holds(totals) && totals;
  });
