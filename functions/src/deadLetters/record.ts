import { now } from '../platform/clock';
import { GRPC, type WriteOp } from '../platform/commit';
import { commitGroups } from '../platform/commitGroups';
import { log } from '../platform/log';
import { hashId } from '../shared/ids';
import type { DeadLetterKind } from './schema';
import { createDeadLetter, setPart } from './store';

/** A document holds 1 MiB; a character takes up to four bytes. */
const PART_LENGTH = 200_000;

interface Letter {
  kind: DeadLetterKind;
  reason: string;
  raw: string;
  source?: string;
}

/** The same input gives the same id, so that redeliveries do not pile up. */
const deadLetterId = ({ kind, raw, source }: Omit<Letter, 'reason'>): string =>
  hashId('dead-letter', kind, source ?? '', raw);

/** Keeps what could not be processed. Recorded twice it is there once. */
export async function recordDeadLetters(letters: Letter[]): Promise<void> {
  const outcomes = await commitGroups(letters.map(letterWrites));
  for (const [index, outcome] of outcomes.entries()) {
    const letter = letters[index] as Letter;
    const { kind, reason } = letter;
    if (outcome.ok) log.warn('a dead letter', { id: deadLetterId(letter), kind, reason });
    else if (outcome.conflict !== GRPC.alreadyExists) {
      throw new Error(`a dead letter could not be stored (${outcome.conflict}): ${reason}`);
    }
  }
}

function letterWrites(letter: Letter): WriteOp[] {
  const id = deadLetterId(letter);
  const [raw = '', ...parts] = split(letter.raw);
  return [
    createDeadLetter(id, {
      kind: letter.kind,
      reason: letter.reason,
      raw,
      parts: parts.length,
      source: letter.source ?? null,
      status: 'open',
      createdAt: now(),
      replayedAt: null,
    }),
    ...parts.map((part, n) => setPart(id, n, part)),
  ];
}

function split(raw: string): string[] {
  // Lone surrogates, which JSON may carry, have no UTF-8 form and Firestore refuses them.
  const text = raw.toWellFormed();
  const parts: string[] = [];
  for (let at = 0; at < text.length || at === 0;) {
    // Not between the halves of one character.
    const code = text.charCodeAt(at + PART_LENGTH - 1);
    const length = code >= 0xd800 && code <= 0xdbff ? PART_LENGTH - 1 : PART_LENGTH;
    parts.push(text.slice(at, at + length));
    at += length;
  }
  return parts;
}
