import { activeMember } from '../../team/members';
import { mapConcurrently } from '../../shared/async';
import type { Entry, Reading } from './entry';
import type { Rejection } from './schema';

/** The rows whose owner is nobody who can work with contacts, by line. A team is small and cached. */
export async function ownerProblem(
  entries: readonly Entry[],
  { columns, header }: Reading,
): Promise<Map<number, Rejection>> {
  const ids = [...new Set(entries.flatMap(({ userId }) => userId ?? []))];
  // eslint-disable-next-line recado/no-firestore-in-loops -- a few members, who are cached
  const members = await mapConcurrently(ids, 10, (id) => activeMember(id));
  const wrong = new Set(ids.filter((_, index) => (members[index]?.role ?? 'viewer') === 'viewer'));
  const at = columns.findIndex((column) => column?.kind === 'field' && column.field === 'owner');
  return new Map(
    entries
      .filter(({ userId }) => userId !== undefined && wrong.has(userId))
      .map(({ line }) => [line, { line, column: header[at] ?? 'owner', reason: 'invalid-owner' }]),
  );
}
