import type { Person } from '../shared/person';
import type { WriteOp } from './commit';

/** A part of what is held of a person, as they are given it. */
export interface PersonalPage {
  items: unknown[];
  /** Goes on behind it; null at the end. */
  cursor: string | null;
}

/** The next piece of an erasure. */
export interface Erasure {
  /** Go into one commit with the place behind them. Applied, they are not found again. */
  writes: WriteOp[];
  /** What they come to, by collection. */
  erased: Record<string, number>;
  cursor: string | null;
}

/** What a domain holds of people: each gives it, and takes it away, a page at a time. */
export interface PersonalData {
  page(person: Person, cursor: string | null): Promise<PersonalPage>;
  /** May be asked again for a place after a crash; what it does beside its writes bears that. */
  erase(person: Person, anonymousId: string, cursor: string | null): Promise<Erasure>;
}
