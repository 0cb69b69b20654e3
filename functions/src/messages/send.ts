import type { Conversation } from '../conversations/schema';
import { outboundCreate } from '../conversations/writes';
import { conversationSnapshots } from '../conversations/access';
import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import { commitGroups, type GroupOutcome } from '../platform/commitGroups';
import type { Version } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import { invalid } from '../shared/invalid';
import type { Member } from '../team/schema';
import {
  fingerprintOf,
  handOver,
  intentWrites,
  outboundMessage,
  payloadOf,
  type Intent,
} from './intent';
import { messageState, previewOf, type MessageState } from './rules';
import { sendInput, type OutboundMessage, type SendInput } from './schema';
import { createMessage, readMessage } from './store';
import { assertMaySend, existingTarget, likelyConversation, targetOfNumber } from './target';

const YEAR_MS = 366 * 24 * 60 * 60 * 1_000;
const CONCURRENCY = 16;

/** What a caller learns of a message that was taken. */
export interface Sent {
  messageId: string;
  conversationId: string;
  state: MessageState;
}

/**
 * Takes a message: stores the intent and the conversation in one commit, then hands it to the
 * queue. Repeating a call with its `idempotencyKey` gives the first one's result and sends nothing.
 *
 * @throws AppError with `details.reason` and `details.hint` for whatever forbids it
 */
export async function send(member: Member, input: SendInput): Promise<Sent> {
  const [result] = await sendAll(member, [input]);
  if (!result || result instanceof AppError) throw result ?? new Error('no result');
  return result;
}

/** Takes up to 500 messages; each has its own result, in order, and none fails the others. */
export async function sendBulk(member: Member, inputs: unknown[]): Promise<(Sent | AppError)[]> {
  const parsed = inputs.map((input) => sendInput.safeParse(input));
  const valid = parsed.flatMap((result) => (result.success ? [result.data] : []));
  const results = (await sendAll(member, valid)).values();
  return parsed.map((result) =>
    result.success ? (results.next().value as Sent | AppError) : invalid(result.error.issues),
  );
}

/** An intent with the writes that store it. */
interface Prepared {
  intent: Intent;
  message: OutboundMessage;
  writes: WriteOp[];
}

/** Conflicts between sends of one call are over after the second round. */
const ROUNDS = 3;

async function sendAll(
  member: Member,
  inputs: SendInput[],
  rounds = ROUNDS,
): Promise<(Sent | AppError)[]> {
  const known = await conversationSnapshots(inputs.flatMap(likelyConversation));
  // eslint-disable-next-line recado/no-firestore-in-loops -- the conversations are known; numbers that are new, answers and offers ask by themselves
  const prepared = await mapConcurrently(inputs, CONCURRENCY, (input) =>
    asResult(() => prepare(member, input, known)),
  );
  const groups = prepared.flatMap((item) => (item instanceof AppError ? [] : [item.writes]));
  const outcomes = (await commitGroups(groups)).values();
  const decided = prepared.map((item) =>
    item instanceof AppError ? item : { item, outcome: outcomes.next().value as GroupOutcome },
  );
  // eslint-disable-next-line recado/no-firestore-in-loops -- only what was refused or conflicts is looked at again
  return mapConcurrently(decided, CONCURRENCY, (entry, index) => {
    const input = inputs[index] as SendInput;
    return asResult(async () => {
      if (!(entry instanceof AppError) && entry.outcome.ok) {
        return handedOver(entry.item, entry.outcome.version);
      }
      const taken = await takenBefore(member, input);
      if (taken) return taken;
      if (entry instanceof AppError) throw entry;
      // A conversation came into being, or went, between the look and the write.
      const [again] = rounds > 1 ? await sendAll(member, [input], rounds - 1) : [];
      return again ?? changedMeanwhile();
    });
  });
}

/** Refusals are results; anything else is an outage and fails the call. */
async function asResult<T>(work: () => Promise<T>): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

async function prepare(
  member: Member,
  input: SendInput,
  known: Map<string, Conversation>,
): Promise<Prepared> {
  const sendAt = input.sendAt ?? null;
  if (sendAt !== null && sendAt > now() + YEAR_MS) {
    throw new AppError('invalid-argument', '"sendAt" has to be within a year.', {
      details: { reason: 'too-far-ahead', field: 'sendAt' },
    });
  }
  const target = input.conversationId
    ? await existingTarget(member, input.conversationId, known)
    : await targetOfNumber(member, input.channelId as string, input.to as string);
  await assertMaySend(target, input.message, Math.max(sendAt ?? 0, now()));

  const { type } = input.message;
  const intent: Intent = {
    messageId: input.idempotencyKey,
    channelId: target.conversation.channelId,
    conversationId: target.id,
    contactId: target.conversation.contactId,
    userId: member.uid,
    to: target.conversation.address,
    type,
    content: (input.message as Record<string, unknown>)[type] as object,
    replyTo: input.replyTo ? await wamidOf(input.replyTo, target.id) : null,
    priority: input.priority,
    sendAt,
  };
  const message = outboundMessage(intent, fingerprint(member, input));
  const writes = target.isNew
    ? [
        createMessage(intent.messageId, message),
        ...target.writes,
        outboundCreate(target.id, target.conversation, {
          userId: member.uid,
          preview: previewOf('out', type, intent.content),
          at: message.timestamp,
        }),
      ]
    : intentWrites(intent, message, target.conversation);
  return { intent, message, writes };
}

async function wamidOf(messageId: string, conversationId: string): Promise<string> {
  const { data } = await readMessage(messageId);
  if (data?.conversationId !== conversationId || !data.wamid) {
    throw new AppError(
      'failed-precondition',
      'The message to reply to is not in this conversation, or not sent yet.',
      {
        details: { reason: 'unknown-reply', field: 'replyTo' },
      },
    );
  }
  return data.wamid;
}

async function handedOver({ intent, message }: Prepared, version: Version): Promise<Sent> {
  if (message.sendAt === null) await handOver(payloadOf(intent.messageId, message, version));
  return sentResult(intent.messageId, message);
}

/** The result of an earlier call with this key, if there was one. */
async function takenBefore(member: Member, input: SendInput): Promise<Sent | undefined> {
  const { data: stored, version } = await readMessage(input.idempotencyKey);
  if (!stored) return undefined;
  if (stored.direction !== 'out' || stored.fingerprint !== fingerprint(member, input)) {
    throw new AppError('already-exists', 'This idempotencyKey was used for another message.', {
      details: {
        reason: 'key-reused',
        field: 'idempotencyKey',
        hint: 'Use a new key for each message.',
      },
    });
  }
  // The first call may have died before it created the task.
  if (messageState(stored) === 'queued' && version && stored.heldBy === undefined) {
    await handOver(payloadOf(input.idempotencyKey, stored, version));
  }
  return sentResult(input.idempotencyKey, stored);
}

const fingerprint = (member: Member, input: SendInput): string =>
  fingerprintOf({ ...input, by: member.uid });

const changedMeanwhile = (): AppError =>
  new AppError('aborted', 'The conversation changed meanwhile; try again.', {
    details: { reason: 'changed-meanwhile' },
  });

const sentResult = (messageId: string, message: OutboundMessage): Sent => ({
  messageId,
  conversationId: message.conversationId,
  state: messageState(message),
});
