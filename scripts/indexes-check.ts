// Proves that firestore.indexes.json has the indexes that the recorded queries need, and no others.
//   npm run indexes:check [-- --log FILE …]
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkIndexes } from './indexes/check.ts';
import { logsIn } from './indexes/queryLog.ts';
import { run, UserError } from './lib/fail.ts';
import { STATE } from './lib/paths.ts';

await run(async () => {
  const { values } = parseArgs({ options: { log: { type: 'string', multiple: true } } });
  const logs = values.log ?? logsIn(STATE);
  const missing = logs.filter((log) => !existsSync(log));
  if (missing.length > 0) throw new UserError(`There is no ${missing.join(', ')}.`);
  if (logs.length === 0) {
    throw new UserError(
      'No queries are recorded yet. Run `npm test` or `npm run demo` first: both note every ' +
        'query in .recado/.',
    );
  }
  return (await checkIndexes(logs, (text) => console.log(text))) ? 0 : 1;
});
