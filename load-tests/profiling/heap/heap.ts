import { pause } from '../pause.ts';
import { inMegabytes, kilobytes, megabytes, textTable } from '../table.ts';
import type { Job, Outcome } from '../types.ts';
import { takeSnapshot } from './take.ts';
import { piecesOf, tally, type Amount } from './tally.ts';

const SHOWN = 25;

/** What is in memory: a .heapsnapshot, and the constructors that take most. */
export async function heap({ target, seconds = 0, stop, file, say }: Job): Promise<Outcome> {
  await pause(seconds, stop);
  say('Taking a heap snapshot …');
  const path = file('.heapsnapshot');
  await takeSnapshot(target.session, path, stop);
  const { byConstructor, total } = await tally(piecesOf(path));
  const constructors = largest(byConstructor);
  return {
    text: [
      `${total.count.toLocaleString('en')} objects, ${megabytes(total.size)}`,
      textTable(
        ['count', 'self KB', '%', 'constructor'],
        constructors
          .slice(0, SHOWN)
          .map(({ name, count, size }) => [
            count,
            kilobytes(size),
            (size / total.size) * 100,
            name,
          ]),
      ),
    ].join('\n\n'),
    summary: {
      objects: total.count,
      megabytes: inMegabytes(total.size),
      constructors: constructors.slice(0, 4 * SHOWN),
    },
  };
}

/** By the bytes that they take. */
const largest = (amounts: ReadonlyMap<string, Amount>): ({ name: string } & Amount)[] =>
  [...amounts].map(([name, amount]) => ({ name, ...amount })).sort((a, b) => b.size - a.size);
