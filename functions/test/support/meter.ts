import { onFirestoreOperation } from '../../src/platform/meter';

/** What Firestore bills for a piece of work. */
export interface Bill {
  reads: number;
  writes: number;
  deletes: number;
  roundTrips: number;
}

/** Runs `work` and gives what it cost. Nothing else may use Firestore meanwhile. */
export async function billOf(work: () => Promise<unknown>): Promise<Bill> {
  const bill: Bill = { reads: 0, writes: 0, deletes: 0, roundTrips: 0 };
  const stop = onFirestoreOperation(({ reads, writes, deletes, failed }) => {
    bill.reads += reads;
    bill.roundTrips++;
    if (failed) return;
    bill.writes += writes;
    bill.deletes += deletes;
  });
  try {
    await work();
  } finally {
    stop();
  }
  return bill;
}
