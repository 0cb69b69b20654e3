import { stillThere } from '../contacts/stillThere';
import {
  linkAliases,
  newContact,
  recallContact,
  rememberContact,
  resolveContact,
  type Twins,
} from '../contacts/identify';
import { freshConversation } from '../conversations/access';
import { conversationIdOf, isLate } from '../conversations/rules';
import { inboundCreate, inboundUpdate } from '../conversations/writes';
import { now } from '../platform/clock';
import { commit, GRPC, grpcCode, isConflict, type WriteOp } from '../platform/commit';
import { commitGroups, type GroupOutcome } from '../platform/commitGroups';
import type { Version } from '../platform/firestore';
import type { MessageEvent } from '../platform/whatsapp/webhook';
import { mapConcurrently, partition } from '../shared/async';
import { applyIdentityChanges } from './identityChange';
import { groupBySender, inboundEffect, inboundMessage, timeOf, type InboundGroup } from './inbound';
import { isModifier, modify } from './modify';
import { createMessage, readMessages } from './store';
import { asksToStopNow, stopPlan } from './stop';

const CONCURRENCY = 16;
/** Between a look and a write others may write; each round needs another's success to fail. */
const MAX_ROUNDS = 20;

export interface ReceiveReport {
  stored: number;
  duplicates: number;
  /** What Firestore refuses to hold, whatever is tried. */
  refused: MessageEvent[];
  /** Contacts that turned out to be one person, for whoever can merge them. */
  twins: Twins[];
}

/**
 * Stores customers' messages, each exactly once however often it is delivered: the document's id
 * is the de-duplication, in the same commit as its effect on the conversation. Nothing is read in
 * the usual case (a known conversation, in order); what conflicts is looked up and tried again.
 *
 * @throws when Firestore is out of order; what was stored is recognised at the next delivery
 */
export async function receiveMessages(events: MessageEvent[]): Promise<ReceiveReport> {
  const report: ReceiveReport = { stored: 0, duplicates: 0, refused: [], twins: [] };
  const count = (stored: number): void => {
    report.stored += stored;
  };

  const { moved, twins } = await applyIdentityChanges(events);
  report.twins = twins;
  const [modifiers, messages] = partition(moved, ({ content }) => isModifier(content));
  const groups = groupBySender(messages);
  const [usual, special] = partition(groups, isUsual);

  const plans = usual.map(knownPlan);
  const outcomes = await commitGroups(plans.map(({ writes }) => writes));
  const tried = usual.map((group, index) => ({
    group,
    plan: plans[index] as KnownPlan,
    outcome: outcomes[index] as GroupOutcome,
  }));
  const [settled, others] = partition(tried, ({ plan, outcome }) => outcome.ok && plan.isKnown);
  for (const { group } of settled) count(group.messages.length);
  // eslint-disable-next-line recado/no-firestore-in-loops -- all are stored in one go above; only those that conflict, or whose names are not known to be one person's, are looked at
  await mapConcurrently(others, CONCURRENCY, async ({ group, plan, outcome }) => {
    if (outcome.ok) {
      report.twins.push(...(await linkAliases(group.identity, plan.contactId)));
      rememberContact(group.identity, plan.contactId);
      count(group.messages.length);
    } else if (outcome.conflict === GRPC.invalidArgument) {
      report.refused.push(...group.messages.map(({ event }) => event));
    } else {
      count(await storeConflicting(group, outcome.conflict, report));
    }
  });
  // eslint-disable-next-line recado/no-firestore-in-loops -- late messages and requests to stop depend on what is stored of that one person
  await mapConcurrently(special, CONCURRENCY, async (group) => {
    count(await storeLookedUp(group, report));
  });

  // After the messages of the same POST, which they may change.
  // eslint-disable-next-line recado/no-firestore-in-loops -- only reactions, edits and revocations ask, each in a commit with its message
  await mapConcurrently(modifiers, CONCURRENCY, async (event) => {
    if (isModifier(event.content) && (await modify(event, event.content))) count(1);
  });
  report.duplicates = events.length - report.stored - report.refused.length;
  return report;
}

/** Writes that store a group whole, and whose contact they are for. */
interface Plan {
  contactId: string;
  writes: WriteOp[];
  twins?: Twins[];
  /** Whether the contact took others in. */
  isMerged?: boolean;
  /** What is to be done once they are stored. */
  afterwards?: (version: Version) => Promise<void>;
}

interface KnownPlan extends Plan {
  /** Whether all names of the sender are known to be this contact's. */
  isKnown: boolean;
}

/** Groups that can be stored without looking first. */
const isUsual = (group: InboundGroup): boolean =>
  !asksToStopNow(group) && !isLate(timeOf(group.messages.at(-1)?.event as MessageEvent), now());

const messageWrites = (group: InboundGroup, contactId: string): WriteOp[] =>
  group.messages.map(({ id, event }) => createMessage(id, inboundMessage(event, contactId)));

/** For a conversation that exists; fails as not found where there is none. */
function knownPlan(group: InboundGroup): KnownPlan {
  const { contactId, isKnown } = recallContact(group.identity);
  return {
    contactId,
    isKnown,
    writes: [
      ...messageWrites(group, contactId),
      inboundUpdate(inboundEffect(group, contactId, true)),
    ],
  };
}

/** For somebody who never wrote; fails as existing where anything of it is known. */
function newPlan(group: InboundGroup): Plan {
  const { contactId, writes } = newContact(group.identity);
  return {
    contactId,
    writes: [
      ...messageWrites(group, contactId),
      ...writes,
      inboundCreate(inboundEffect(group, contactId, true)),
    ],
  };
}

async function storeConflicting(
  group: InboundGroup,
  conflict: number,
  report: ReceiveReport,
): Promise<number> {
  if (conflict === GRPC.alreadyExists && group.messages.length === 1) return 0;
  if (conflict === GRPC.notFound) {
    const plan = newPlan(group);
    try {
      await commit(plan.writes);
      rememberContact(group.identity, plan.contactId);
      return group.messages.length;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  return storeLookedUp(group, report);
}

/** Stores what of a group is not stored yet, on the ground of what is; gives how many. */
async function storeLookedUp(group: InboundGroup, report: ReceiveReport): Promise<number> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- tried again on what the last try found
  for (let round = 1; ; round++) {
    const stored = await readMessages(group.messages.map(({ id }) => id));
    const messages = group.messages.filter((_, index) => !stored[index]?.data);
    if (messages.length === 0) return 0;
    const plan = await lookedUpPlan({ ...group, messages });
    try {
      const version = await commit(plan.writes);
      rememberContact(group.identity, plan.contactId, plan.isMerged);
      report.twins.push(...(plan.twins ?? []));
      await plan.afterwards?.(version);
      return messages.length;
    } catch (error) {
      if (!isConflict(error) || round === MAX_ROUNDS) {
        throw new Error(`a group could not be stored (${grpcCode(error)})`, { cause: error });
      }
    }
  }
}

async function lookedUpPlan(group: InboundGroup): Promise<Plan> {
  const contact = await resolveContact(group.identity);
  const conversation = await freshConversation(
    conversationIdOf(group.channelId, contact.contactId),
  );
  const last = group.messages.at(-1)?.event as MessageEvent;
  const isNewest = !conversation || timeOf(last) >= conversation.lastMessageAt;
  const effect = inboundEffect(group, contact.contactId, isNewest);
  const stop = asksToStopNow(group) ? await stopPlan(group, contact) : undefined;
  return {
    contactId: contact.contactId,
    twins: contact.twins,
    isMerged: contact.mergedFrom.length > 0,
    writes: [
      ...messageWrites(group, contact.contactId),
      ...contact.writes,
      ...(conversation
        ? [inboundUpdate(effect)]
        : [
            inboundCreate({ ...effect, isBlocked: contact.isBlocked }, contact.mergedFrom),
            ...stillThere(contact),
          ]),
      ...(stop?.writes ?? []),
    ],
    ...(stop?.afterwards ? { afterwards: stop.afterwards } : {}),
  };
}
