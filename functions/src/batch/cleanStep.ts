import { db, toVersion, type Version } from '../platform/firestore';
import type { Checkpoint } from './checkpoint';
import { chunksOf } from './chunk';
import { ItemError } from './errors';
import type { Run } from './run';
import { sizeOfWrite, type Write } from './write';
import { STEP_LIMITS } from './writeAll';

/** How far a clean-up is; stored in its checkpoint. */
export interface CleanupState {
  /** Behind the last document that is through; null: from the beginning. */
  cursor: string | null;
  deleted: number;
  below: number;
  kept: number;
}

/** A found document. */
export interface Parent {
  path: string;
  version: Version;
  /** Tells its place in the query; null where that cannot be told, and the one before has to do. */
  cursor: () => string | null;
}

/** A found document, and what lies below it: it goes as a whole. */
export interface Family {
  /** Absent where only a part of what lies below goes for now. */
  parent?: Parent;
  below: string[];
  /** What somebody else did to the parent since it was found. */
  fate?: 'changed' | 'gone';
}

export interface Deleting {
  run: Run;
  checkpoint: Checkpoint<CleanupState>;
  /** Deletions of this call. */
  spent: number;
}

export const weightOf = ({ parent, below }: Family): number => below.length + (parent ? 1 : 0);

/** How many deletions a commit has at most. */
export const commitSize = (run: Run): number => Math.min(STEP_LIMITS.count, run.burst);

/**
 * Deletes families in as few commits as they need, and moves the checkpoint behind each. A document
 * that changed since it was found stays with what is below it.
 *
 * @param isDone whether nothing comes after them
 */
export async function deleteFamilies(
  deleting: Deleting,
  families: Family[],
  isDone: boolean,
): Promise<void> {
  const limits = { ...STEP_LIMITS, count: commitSize(deleting.run) };
  const sizeOf = (family: Family): number =>
    writesOf(family).reduce((sum, write) => sum + sizeOfWrite(write), 0);
  const chunks = chunksOf(families, limits, sizeOf, weightOf);
  if (chunks.length === 0 && isDone) chunks.push([]);
  for (const [index, chunk] of chunks.entries()) {
    await step(deleting, chunk, isDone && index === chunks.length - 1);
  }
}

function writesOf({ parent, below, fate }: Family): Write[] {
  const writes = below.map((path): Write => ({ kind: 'delete', path }));
  if (parent && !fate) writes.push({ kind: 'delete', path: parent.path, version: parent.version });
  return writes;
}

async function step(deleting: Deleting, families: Family[], isDone: boolean): Promise<void> {
  const { run, checkpoint } = deleting;
  const writes = families.flatMap(writesOf);
  const result = await checkpoint.step(writes, stateAfter(checkpoint.state, families), isDone);
  switch (result.is) {
    case 'applied':
      deleting.spent += writes.length;
      run.advance(families.filter(({ parent }) => parent).length);
      return;
    case 'conflict':
      // Each look finds one at least that is not demanded any more, so looking comes to an end.
      return step(deleting, await lookAgain(run, families), isDone);
    case 'refused':
      return stepRefused(deleting, families, isDone, result.cause);
  }
}

function stateAfter(state: CleanupState, families: Family[]): CleanupState {
  const parents = families.flatMap(({ parent }) => parent ?? []);
  const count = (fate: Family['fate']): number =>
    families.filter((family) => family.parent && family.fate === fate).length;
  const last = parents.at(-1);
  return {
    cursor: last?.cursor() ?? state.cursor,
    deleted: state.deleted + count(undefined),
    below: state.below + families.reduce((sum, family) => sum + family.below.length, 0),
    kept: state.kept + count('changed'),
  };
}

/** Says of each family what became of its parent since it was found. */
async function lookAgain(run: Run, families: Family[]): Promise<Family[]> {
  const refs = families.flatMap(({ parent }) => (parent ? [db().doc(parent.path)] : []));
  const snapshots = await run.request('a look at a page', refs.length, () => db().getAll(...refs));
  const versions = new Map(
    snapshots.map(({ ref, updateTime }) => [ref.path, updateTime && toVersion(updateTime)]),
  );
  return families.map((family): Family => {
    const { parent } = family;
    if (!parent || family.fate) return family;
    const version = versions.get(parent.path);
    if (version === parent.version) return family;
    // What is below one that is gone has nobody who needs it.
    return version ? { parent, below: [], fate: 'changed' } : { ...family, fate: 'gone' };
  });
}

/** Deletions of large documents can be too much together: halves of them are not. */
async function stepRefused(
  deleting: Deleting,
  families: Family[],
  isDone: boolean,
  cause: unknown,
): Promise<void> {
  const [first, ...others] = halvesOf(families);
  if (!first || others.length === 0) {
    const [path] = families.flatMap(writesOf).map((write) => write.path);
    throw path ? new ItemError(path, cause, { attempts: 1, isInDoubt: false }) : cause;
  }
  await step(deleting, first, false);
  for (const [index, half] of others.entries()) {
    await step(deleting, half, isDone && index === others.length - 1);
  }
}

/** Two halves, or one where there is nothing to divide. */
function halvesOf(families: Family[]): Family[][] {
  const [only, ...others] = families;
  if (others.length > 0) {
    const middle = Math.ceil(families.length / 2);
    return [families.slice(0, middle), families.slice(middle)];
  }
  if (!only || writesOf(only).length < 2) return [families];
  const middle = Math.ceil(only.below.length / 2);
  return [[{ below: only.below.slice(0, middle) }], [{ ...only, below: only.below.slice(middle) }]];
}
