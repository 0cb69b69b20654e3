import { collectionRef } from './collection';
import { countOf } from './count';
import type { Run } from './run';

/** Whether what a migration did agrees with what is stored. */
export interface Verification {
  /** Documents in the source now; differs from `read` where some came or went meanwhile. */
  source: number;
  /** Documents in the target now. */
  target: number;
  /** Written ones that replaced a document which was there before. */
  replaced: number;
  /** Whether everything in the source was read and everything written is there. */
  isSound: boolean;
}

interface Claims {
  source: string;
  /** None: the source itself. */
  target: string | undefined;
  read: number;
  written: number;
  targetBefore: number;
}

/** Counts the documents on both sides and holds them against what is said to have been done. */
export async function verify(
  run: Run,
  { source, target, read, written, targetBefore }: Claims,
): Promise<Verification> {
  const [sourceNow, targetNow] = await Promise.all([
    countOf(run, collectionRef(source)),
    target === undefined ? undefined : countOf(run, collectionRef(target)),
  ]);
  const replaced = targetNow === undefined ? written : written - (targetNow - targetBefore);
  const replaceable = targetNow === undefined ? read : targetBefore;
  return {
    source: sourceNow,
    target: targetNow ?? sourceNow,
    replaced,
    isSound: sourceNow === read && replaced >= 0 && replaced <= replaceable,
  };
}
