import { figure } from './text.ts';
import type { Decision } from './types.ts';

/** The sizes that Cloud Functions has, in MiB. Node alone takes more than the smallest. */
export const SIZES_MIB = [128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768] as const;

/** A rush, a larger request, the collector that has not run yet. */
const HEAD_ROOM = 1.5;
/** With less than that, the present size does not stay; peaks differ from run to run. */
const LEAST_HEAD_ROOM = 1.25;

/** The most memory that a function was seen with. */
export interface Peak {
  function: string;
  mb: number;
  /** What it did meanwhile, for people. */
  under: string;
  file: string;
}

/** The smallest size with head-room over a peak; undefined where there is none. */
export const sizeFor = (mb: number): number | undefined =>
  SIZES_MIB.find((size) => size >= mb * HEAD_ROOM);

/**
 * The memory for functions that share a parameter: with half a peak to spare, and the present one
 * as long as it leaves a quarter.
 *
 * @param isWhole whether each of them was measured; else it is raised, but never lowered
 */
export function memoryFor(peaks: readonly Peak[], present: number, isWhole: boolean): Decision {
  const [most] = peaks.toSorted((a, b) => b.mb - a.mb);
  if (!most) return { proposed: null, why: [] };
  const text = `${most.function} took ${figure(most.mb, 'MiB')} at most, ${most.under}; × ${HEAD_ROOM} is ${figure(most.mb * HEAD_ROOM, 'MiB')}`;
  const wanted = sizeFor(most.mb);
  if (wanted === undefined) {
    const none = `${text}, more than any instance has`;
    return { proposed: null, why: [{ text: none, file: most.file }] };
  }
  const isEnough = present >= most.mb * LEAST_HEAD_ROOM;
  if (wanted >= present || isWhole) {
    const proposed = wanted > present && isEnough ? present : wanted;
    return { proposed, why: [{ text, file: most.file }] };
  }
  return {
    proposed: present,
    why: [{ text: `${text}; others that were not under load share it`, file: most.file }],
  };
}
