import type { FaultBox } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Outbox } from './outbox.ts';
import type { Update } from './update.ts';

const REORDER_MS = 250;

/** Hands an update to the outbox, after the faults that hit it. */
export function deliver(
  update: Update,
  afterMs: number,
  { outbox, faults, random }: { outbox: Outbox; faults: FaultBox; random: Random },
): void {
  if (faults.take('webhook_drop', update)) {
    outbox.stats.dropped++;
    return;
  }
  const delayMs = afterMs + (faults.take('webhook_delay', update)?.ms ?? 0);
  const duplicate = faults.take('webhook_duplicate', update);
  const copies = duplicate ? (duplicate.copies ?? 1) : 0;
  outbox.stats.duplicated += copies;

  for (let copy = 0; copy <= copies; copy++) {
    const reorder = faults.take('webhook_reorder', update);
    if (!reorder) outbox.add(update, delayMs);
    else outbox.add(update, delayMs + random() * (reorder.withinMs ?? REORDER_MS), 'anywhere');
  }
}
