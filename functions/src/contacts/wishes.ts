import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import type { OptOut } from './schema';
import { contacts } from './store';

/** What a person wishes about offers; `null` takes an earlier wish for none back. */
export interface Wish {
  contactId: string;
  optOut: Omit<OptOut, 'recordedAt'> | null;
}

/** Records wishes; a contact that is gone has none. Recorded twice they are there once. */
export async function recordWishes(wishes: readonly Wish[]): Promise<void> {
  const report = await batchUpdate(
    contacts,
    wishes.map(({ contactId, optOut }) => ({
      kind: 'update',
      id: contactId,
      data: { optOut: optOut && { ...optOut, recordedAt: now() }, updatedAt: now() },
    })),
  );
  throwIfFailed(report);
}
