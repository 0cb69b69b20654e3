import { changeIdentity } from '../contacts/changeIdentity';
import type { Twins } from '../contacts/identify';
import type { Identity } from '../contacts/schema';
import type { MessageEvent } from '../platform/whatsapp/webhook';
import { mapConcurrently } from '../shared/async';
import { timeOf } from './inbound';
import { inboundId } from './rules';
import { readMessage } from './store';

const BSUID = /^[\w.:-]{3,200}$/;
const NUMBER = /^\+?\d{5,20}$/;

const CONCURRENCY = 16;

interface Applied {
  /** As if the person's new names had sent it. */
  event: MessageEvent;
  /** Contacts that turned out to be one. */
  twins: Twins[];
}

/**
 * Applies system messages that tell of a person's new number or BSUID, before they are stored: a
 * crash in between repeats it, and repeating it changes nothing. One that is stored already was
 * applied. Gives all events as if the new identities had sent them, so that each is stored in the
 * person's one conversation.
 */
export async function applyIdentityChanges(
  events: MessageEvent[],
): Promise<{ moved: MessageEvent[]; twins: Twins[] }> {
  if (!events.some(({ content }) => content.type === 'system')) return { moved: events, twins: [] };
  // eslint-disable-next-line recado/no-firestore-in-loops -- only a system message that tells of a new number asks, in a transaction of its own
  const applied = await mapConcurrently(events, CONCURRENCY, applyIdentityChange);
  return {
    moved: applied.map(({ event }) => event),
    twins: applied.flatMap(({ twins }) => twins),
  };
}

async function applyIdentityChange(event: MessageEvent): Promise<Applied> {
  const names = namesIn(event);
  if (!names) return { event, twins: [] };
  const { data: stored } = await readMessage(inboundId(event.channelId, event.wamid));
  // By now the old names may be somebody else's.
  if (stored) return { event, twins: [] };
  const { identity, twins } = await changeIdentity(names.before, names.after, timeOf(event));
  const { name } = event.from;
  return { event: { ...event, from: { ...party(identity), ...(name ? { name } : {}) } }, twins };
}

/** The names before and after; undefined where the message tells of no new ones. */
function namesIn({ content, from }: MessageEvent) {
  if (content.type !== 'system') return undefined;
  const { type, wa_id, new_wa_id, value } = { ...content.value, value: content.value };
  if (!type?.startsWith('user_changed')) return undefined;
  const number = type === 'user_changed_number' ? (new_wa_id ?? wa_id) : undefined;
  const bsuid = named(value.new_user_id ?? value.user_id);
  const parentBsuid = named(value.parent_user_id);
  const after: Identity = {
    ...(number && NUMBER.test(number) ? { phone: `+${number.replace(/\D/g, '')}` } : {}),
    ...(bsuid ? { bsuid } : {}),
    ...(parentBsuid ? { parentBsuid } : {}),
  };
  if (!after.phone && !after.bsuid) return undefined;
  // The sender may be named as they are now.
  const old = (name: 'phone' | 'bsuid' | 'parentBsuid', said?: string) =>
    said ?? (from[name] === after[name] ? undefined : from[name]);
  const before: Identity = {
    phone: old('phone'),
    bsuid: old('bsuid', named(value.previous_user_id)),
    parentBsuid: old('parentBsuid', named(value.previous_parent_user_id)),
  };
  return { before, after };
}

const named = (id: string | null | undefined): string | undefined =>
  id && BSUID.test(id) ? id : undefined;

const party = ({ phone, bsuid, parentBsuid, username }: Identity): MessageEvent['from'] => ({
  ...(phone ? { phone } : {}),
  ...(bsuid ? { bsuid } : {}),
  ...(parentBsuid ? { parentBsuid } : {}),
  ...(username ? { username } : {}),
});
