import type { z } from 'zod';
import { batchQuery } from '../batch/batchQuery';
import type { DeadLetter, listInput } from './schema';
import { deadLetters } from './store';

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
  const page = await batchQuery(deadLetters, [{ where: [['status', '==', status]] }], {
    orderBy: [['createdAt', 'desc']],
    limit,
    cursor: cursor ?? null,
  });
  return {
    deadLetters: page.items.map(({ id, data: { parts, ...letter } }) => ({
      ...letter,
      id,
      raw: letter.raw.slice(0, EXCERPT),
      isTruncated: parts > 0 || letter.raw.length > EXCERPT,
    })),
    nextCursor: page.cursor,
  };
}
