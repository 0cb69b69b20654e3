import { billFor, type Bill } from '../../../scripts/bench/cost/bill.ts';
import { onFirestoreOperation } from '../../src/platform/meter';

/** Runs `work` and gives what it cost. Nothing else may use Firestore meanwhile. */
export const billOf = (work: () => Promise<unknown>): Promise<Bill> =>
  billFor(onFirestoreOperation, work);
