/** What Firestore bills for a piece of work, and how often it was waited for. */
export interface Bill {
  reads: number;
  writes: number;
  deletes: number;
  roundTrips: number;
}

/** The product's meter, `onFirestoreOperation`. */
export type Meter = (
  listener: (operation: {
    reads: number;
    writes: number;
    deletes: number;
    failed: boolean;
  }) => void,
) => () => void;

/** Runs `work` and gives what it cost. Nothing else may use Firestore meanwhile. */
export async function billFor(meter: Meter, work: () => Promise<unknown>): Promise<Bill> {
  const bill: Bill = { reads: 0, writes: 0, deletes: 0, roundTrips: 0 };
  const stop = meter(({ reads, writes, deletes, failed }) => {
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

/** Firestore's list price in USD a million, outside the free tier. */
const PRICES = { reads: 0.3, writes: 0.9, deletes: 0.1 };

/** What a million of it costs, in USD. */
export const dollarsPerMillion = ({ reads, writes, deletes }: Omit<Bill, 'roundTrips'>): number =>
  reads * PRICES.reads + writes * PRICES.writes + deletes * PRICES.deletes;
