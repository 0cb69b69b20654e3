import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { clientShapes, compare, problemsIn } from './compare.ts';
import { readDeclared } from './declared.ts';
import { readLogs } from './queryLog.ts';
import { tableOf } from './table.ts';

export const INDEX_FILE = join(ROOT, 'firestore.indexes.json');

/**
 * Holds the queries of the logs and of the apps against firestore.indexes.json and says what it
 * finds. The logs have to be of a whole run: an index whose query was not run counts as unused.
 */
export async function checkIndexes(logs: string[], say: (text: string) => void): Promise<boolean> {
  const shapes = clientShapes();
  const unreadable = await readLogs(logs, (query) => shapes.addLogged(query));
  const comparison = compare(shapes, readDeclared(INDEX_FILE));

  say(tableOf(comparison.rows));
  if (unreadable > 0) say(`\n${unreadable} lines of the logs were cut off and left out.`);
  const problems = problemsIn(comparison);
  for (const problem of problems) say(`\n✗ ${problem}`);
  const composites = comparison.rows.filter(({ service }) => service.by === 'composite').length;
  const verdict =
    problems.length === 0
      ? 'no index is missing, none is unused.'
      : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`;
  say(
    `\n${comparison.rows.length} shapes of queries, ${composites} on declared indexes: ${verdict}`,
  );
  return comparison.ok;
}
