import { now } from '../platform/clock';
import { commitGroups } from '../platform/commitGroups';
import { readDueSnoozes, updateConversation } from './store';

const PAGE = 200;

/**
 * Opens the snoozed conversations whose time has come; gives how many. Safe to run twice or
 * overlapping: the write demands the version that was read, so a newer change wins.
 */
export async function wakeSnoozed(): Promise<number> {
  const due = await readDueSnoozes(now(), PAGE);
  const outcomes = await commitGroups(
    due.map(({ id, version }) => [
      updateConversation(id, { status: 'open', snoozedUntil: null }, version),
    ]),
  );
  return outcomes.filter(({ ok }) => ok).length;
}
