import { now } from '../platform/clock';
import { commit, GRPC, grpcCode } from '../platform/commit';
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
export const deadLetterId = ({ kind, raw, source }: Omit<Letter, 'reason'>): string =>
  hashId('dead-letter', kind, source ?? '', raw);

/** Keeps what could not be processed. Recorded twice it is there once. */
export async function recordDeadLetter(letter: Letter): Promise<void> {
  const id = deadLetterId(letter);
  const [raw = '', ...parts] = split(letter.raw);
  try {
    await commit([
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
    ]);
    log.warn('a dead letter', { id, kind: letter.kind, reason: letter.reason });
  } catch (error) {
    if (grpcCode(error) !== GRPC.alreadyExists) throw error;
  }
}

function split(raw: string): string[] {
  // Lone surrogates, which JSON may carry, have no UTF-8 form and Firestore refuses them.
  const text = raw.toWellFormed();
  const parts: string[] = [];
  for (let at = 0; at < text.length || at === 0; ) {
    // Not between the halves of one character.
    const code = text.charCodeAt(at + PART_LENGTH - 1);
    const length = code >= 0xd800 && code <= 0xdbff ? PART_LENGTH - 1 : PART_LENGTH;
    parts.push(text.slice(at, at + length));
    at += length;
  }
  return parts;
}
