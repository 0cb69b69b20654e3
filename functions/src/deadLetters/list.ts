import type { z } from 'zod';
import { AppError } from '../shared/errors';
import type { DeadLetter, listInput } from './schema';
import { readPage } from './store';

/** How much of the raw input a list shows. */
const EXCERPT = 2_000;

export interface Listed extends Omit<DeadLetter, 'parts'> {
  id: string;
  isTruncated: boolean;
}

/** A page of dead letters, newest first, with the cursor of the next one; null at the end. */
export async function listDeadLetters({
  status,
  limit,
  cursor,
}: z.output<typeof listInput>): Promise<{ deadLetters: Listed[]; nextCursor: string | null }> {
  const page = await readPage(status, limit, cursor ? parseCursor(cursor) : undefined);
  const last = page.at(-1);
  return {
    deadLetters: page.map(({ id, data: { parts, ...letter } }) => ({
      ...letter,
      id,
      raw: letter.raw.slice(0, EXCERPT),
      isTruncated: parts > 0 || letter.raw.length > EXCERPT,
    })),
    nextCursor: page.length === limit && last ? `${last.data.createdAt}:${last.id}` : null,
  };
}

function parseCursor(cursor: string): [number, string] {
  const [, at, id] = /^(\d{1,15}):([A-Za-z0-9]{1,64})$/.exec(cursor) ?? [];
  if (!at || !id) {
    throw new AppError('invalid-argument', 'The cursor is not one that a list gave.', {
      details: { field: 'cursor' },
    });
  }
  return [Number(at), id];
}
