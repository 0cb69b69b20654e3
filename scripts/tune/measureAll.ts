import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openSession } from '../bench/session.ts';
import { ROOT } from '../lib/paths.ts';
import { MEASURES } from './measure/measures.ts';
import { sweep } from './measure/sweep.ts';
import { TUNED } from './parameters.ts';
import { RESULTS } from './results.ts';
import type { Value } from './propose.ts';

/** The distance to Firestore that is simulated where it matters. */
const RTT_MS = 5;

/**
 * Measures parameters, a few minutes in all, and keeps each sweep in load-tests/results.
 *
 * @param names those that are meant; none: all that can be measured here
 * @returns the files
 */
export async function measureAll(
  names: readonly string[],
  values: ReadonlyMap<string, Value>,
): Promise<string[]> {
  const session = openSession({ rttMs: RTT_MS });
  const files: string[] = [];
  try {
    for (const { name, candidates } of TUNED) {
      const measure = await MEASURES[name]?.();
      const present = values.get(name)?.present;
      if (!measure || !candidates || present === undefined) continue;
      if (names.length > 0 && !names.includes(name)) continue;
      const tried = [...new Set([...candidates, present])].sort((a, b) => a - b);
      const result = await sweep(name, measure, tried, session.contextFor(name));
      session.progress.clear();
      mkdirSync(RESULTS, { recursive: true });
      const time = new Date(result.at).toISOString().slice(0, 19).replaceAll(':', '');
      const file = join(RESULTS, `tune-${name.toLowerCase().replaceAll('_', '-')}-${time}.json`);
      writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
      files.push(file);
      console.log(`${name} at ${tried.join(', ')}: ${relative(ROOT, file)}`);
    }
    return files;
  } finally {
    await session.stop();
  }
}
