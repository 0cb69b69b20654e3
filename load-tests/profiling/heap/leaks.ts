import { UserError } from '../../../scripts/lib/fail.ts';
import { pause } from '../pause.ts';
import { kilobytes, textTable } from '../table.ts';
import type { Job, Outcome } from '../types.ts';
import { compare, type Growth } from './compare.ts';
import { holdersOf } from './holders.ts';
import { collectGarbage, takeSnapshot } from './take.ts';
import { piecesOf, tally, type Tally } from './tally.ts';

const SHOWN = 20;
/** Suspects of which it is told what holds them. */
const EXPLAINED = 3;
const NAMED = 5;

/** Three snapshots, compared: what is made and never let go. */
export async function leaks({ target, every, stop, file, say }: Job): Promise<Outcome> {
  const { session } = target;
  // Enabled, V8 keeps the objects' ids from one snapshot to the next.
  await session.send('HeapProfiler.enable');
  const take = async (number: number): Promise<string> => {
    const path = file(`-${number}.heapsnapshot`);
    say(`Heap snapshot ${number} of 3 …`);
    await collectGarbage(session);
    await takeSnapshot(session, path, stop);
    return path;
  };
  const wait = async (): Promise<void> => {
    if (await pause(every, stop)) throw new UserError('Stopped before the third heap snapshot.');
  };
  const first = await tally(piecesOf(await take(1)));
  await wait();
  const second = await tally(piecesOf(await take(2)));
  await wait();
  const path = await take(3);
  await session.send('HeapProfiler.disable');
  const made = [first.lastId, second.lastId] as const;
  const third = await tally(piecesOf(path), made);

  const grown = compare([first, second, third]);
  const suspects = grown.filter(({ isSuspect }) => isSuspect);
  const explained = suspects.slice(0, EXPLAINED).map(({ name }) => name);
  const holders =
    explained.length > 0
      ? await holdersOf(piecesOf(path), explained, made)
      : new Map<string, string>();
  return {
    text: describe([first, second, third], grown, holders),
    summary: {
      isLeaking: suspects.length > 0,
      totals: [first, second, third].map(({ total }) => total),
      grown: grown.slice(0, SHOWN),
      holders: Object.fromEntries(holders),
    },
    isBad: suspects.length > 0,
  };
}

function describe(
  tallies: readonly Tally[],
  grown: readonly Growth[],
  holders: ReadonlyMap<string, string>,
): string {
  const suspects = grown.filter(({ isSuspect }) => isSuspect);
  const sizes = tallies.map(({ total }) => `${(total.size / 1_048_576).toFixed(1)} MB`);
  const verdict =
    suspects.length > 0
      ? `Made and not let go, in both steps: ${suspects
          .map(({ name }) => name)
          .slice(0, NAMED)
          .join(', ')}. That is a leak, unless it is a cache that is not full yet.`
      : 'No leak: nothing grew steadily in both steps.';
  const rows = grown
    .slice(0, SHOWN)
    .map(({ name, counts, kept, isSuspect }) => [
      isSuspect ? '✗' : '',
      ...counts,
      kept.count,
      kilobytes(kept.size),
      name,
    ]);
  return [
    `${verdict} Heap: ${sizes.join(' → ')}`,
    rows.length === 0
      ? ''
      : textTable(['', 'first', 'second', 'third', 'kept', 'kept KB', 'constructor'], rows),
    ...[...holders].map(([name, path]) => `${name} is held by\n    ${path}`),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
