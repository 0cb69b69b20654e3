import type { Random } from '../../scripts/whatsapp-simulator/random.ts';
import type { Backend } from '../backend/types.ts';
import type { Ledger } from '../outcome/ledger.ts';

/** A message that WhatsApp has accepted, and of which the load tells statuses. */
export interface Accepted {
  id: string;
  wamid: string;
  phone: string;
}

/** What scenarios share. */
export interface World {
  backend: Backend;
  ledger: Ledger;
  /** Distinguishes what this run writes from what others wrote. */
  runId: string;
  customers: number;
  /** Gives accepted messages by turns. */
  nextAccepted(count: number): Accepted[];
}

/** Something that users do. */
export interface Scenario {
  /** `family.name`; thresholds are for families. */
  name: string;
  /** How often it comes, in relation to the others. */
  weight: number;
  /** For how many messages or events one stands. */
  units: number;
  /**
   * Does it once.
   *
   * @param n the number of the arrival, which names what it writes
   * @param random what is drawn by chance; the same for the same seed and arrival
   * @param dueAt when it was due, epoch ms
   * @throws unless the backend took it
   */
  run(world: World, n: number, random: Random, dueAt: number): Promise<void>;
}
