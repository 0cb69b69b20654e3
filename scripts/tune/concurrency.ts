import { figure } from './text.ts';
import type { Decision } from './types.ts';

/** How a function did with requests at once. */
export interface Stress {
  function: string;
  cpuPercent: number;
  eventLoopDelayMs: number;
  p95Ms: number;
  file: string;
}

export interface Limits {
  cpuPercent: number;
  eventLoopDelayMs: number;
  /** Of the p95, for functions that have such a limit. */
  p95Ms: Record<string, number>;
}

/**
 * Requests at once for functions that share a parameter: half of the present ones where an
 * instance could not keep up. The event loop's delay says so by itself; a busy processor only
 * where answers came late too, since using it is no fault.
 */
export function concurrencyFor(
  stresses: readonly Stress[],
  present: number,
  limits: Limits,
): Decision {
  const [worst] = stresses.toSorted((a, b) => b.eventLoopDelayMs - a.eventLoopDelayMs);
  if (!worst) return { proposed: null, why: [] };
  const over = stresses.find((each) => isOverloaded(each, limits));
  const { cpuPercent, eventLoopDelayMs, p95Ms, file, function: name } = over ?? worst;
  const text =
    `${name}: event-loop delay ${figure(eventLoopDelayMs, 'ms')} (limit ${limits.eventLoopDelayMs}), ` +
    `processor ${figure(cpuPercent, '%')} (limit ${limits.cpuPercent}), p95 ${figure(p95Ms, 'ms')}`;
  const proposed = over ? Math.max(1, Math.floor(present / 2)) : present;
  return { proposed, why: [{ text, file }] };
}

function isOverloaded(stress: Stress, limits: Limits): boolean {
  if (stress.eventLoopDelayMs > limits.eventLoopDelayMs) return true;
  const isLate = stress.p95Ms > (limits.p95Ms[stress.function] ?? Infinity);
  return isLate && stress.cpuPercent > limits.cpuPercent;
}
