import { randomUUID } from 'node:crypto';
import { ControlError } from './control/error.ts';
import type { Random } from './random.ts';

/** Which calls or webhook updates a fault hits; everything that is given must fit. */
export interface FaultMatch {
  phoneNumberId?: string;
  /** Digits or BSUID. */
  recipient?: string;
  callbackData?: string;
  /** The status of an update (`sent`, `delivered`, …); only for webhook faults. */
  status?: string;
  /** The Graph call; only for call faults, where it is `send` unless said otherwise. */
  operation?: 'send' | 'read' | 'media' | 'templates' | 'info';
}

interface Common {
  match?: FaultMatch;
  /** Probability of a hit, 0–1; default 1. */
  rate?: number;
  /** Hits until the fault is spent; default unlimited. */
  times?: number;
}

/** What goes wrong. The first five hit Graph calls, `fail` and `webhook_*` what follows them. */
export type FaultSpec = Common &
  (
    | { kind: 'reject'; code: number; httpStatus?: number; details?: string }
    | { kind: 'latency'; ms: number }
    /** A bare HTTP error whose body is not JSON. */
    | { kind: 'http_error'; status: number }
    /** The connection is cut and nothing was accepted. */
    | { kind: 'cut_before' }
    /** Accepted and journalled, but the answer is lost. */
    | { kind: 'cut_after' }
    /** Accepted, then a `failed` status with this code instead of the others. */
    | { kind: 'fail'; code: number }
    /** Posted this many times more; default 1. */
    | { kind: 'webhook_duplicate'; copies?: number }
    /** Held for a random part of this time (default 250), then put anywhere into the queue. */
    | { kind: 'webhook_reorder'; withinMs?: number }
    | { kind: 'webhook_delay'; ms: number }
    | { kind: 'webhook_drop' }
  );

export type FaultKind = FaultSpec['kind'];

/** A fault in force, and how often it has hit. */
export type Fault = FaultSpec & { id: string; hits: number };

type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** The numbers that a fault of each kind needs. */
const REQUIRED: Record<FaultKind, readonly string[]> = {
  reject: ['code'],
  latency: ['ms'],
  http_error: ['status'],
  cut_before: [],
  cut_after: [],
  fail: ['code'],
  webhook_duplicate: [],
  webhook_reorder: [],
  webhook_delay: ['ms'],
  webhook_drop: [],
};

/** The faults in force; decides, with a seeded source, which of them hits. */
export class FaultBox {
  readonly #random: Random;
  #faults: Fault[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  list(): Fault[] {
    return this.#faults;
  }

  /** @throws ControlError, and changes nothing, when one of them is not complete */
  add(specs: readonly FaultSpec[]): void {
    this.#faults.push(...specs.map(accept));
  }

  /** Likewise, in place of those in force. */
  replace(specs: readonly FaultSpec[]): void {
    this.#faults = specs.map(accept);
  }

  clear(): void {
    this.#faults = [];
  }

  /** The first fault of this kind that hits the subject; it counts as a hit. */
  take<K extends FaultKind>(kind: K, subject: FaultMatch): FaultOf<K> | undefined {
    for (const fault of this.#faults) {
      if (!isOfKind(fault, kind) || !matches(fault.match, subject)) continue;
      if (fault.hits >= (fault.times ?? Infinity)) continue;
      if (this.#random() >= (fault.rate ?? 1)) continue;
      fault.hits++;
      return fault;
    }
    return undefined;
  }
}

function isOfKind<K extends FaultKind>(fault: Fault, kind: K): fault is FaultOf<K> {
  return fault.kind === kind;
}

function matches(match: FaultMatch = {}, subject: FaultMatch): boolean {
  if (subject.operation && subject.operation !== (match.operation ?? 'send')) return false;
  return (
    (match.phoneNumberId ?? subject.phoneNumberId) === subject.phoneNumberId &&
    (match.recipient ?? subject.recipient) === subject.recipient &&
    (match.callbackData ?? subject.callbackData) === subject.callbackData &&
    (match.status ?? subject.status) === subject.status
  );
}

function accept(spec: FaultSpec): Fault {
  const required = Object.hasOwn(REQUIRED, spec.kind) ? REQUIRED[spec.kind] : undefined;
  if (!required) throw new ControlError(400, `There is no fault of kind ${spec.kind}.`);
  const missing = required.find((name) => !Number.isFinite(Reflect.get(spec, name)));
  if (missing) throw new ControlError(400, `A ${spec.kind} fault needs the number ${missing}.`);
  return { ...spec, id: randomUUID(), hits: 0 };
}
