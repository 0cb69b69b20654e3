// Deletes what is older than the parameters allow, as the daily schedule does:
// `npm run cleanup -- [--dry-run] [--project ID]`.
import { parseArgs } from 'node:util';
import { run } from './lib/fail.ts';
import { localParameters, localSecrets } from './lib/localConfig.ts';
import { useParameters, useProject } from './lib/remote.ts';
import { tableOf } from './bench/table.ts';

/** A run of the command; what is left is for the next one. */
const RUN_MS = 6 * 3_600_000;

await run(async () => {
  const { values } = parseArgs({
    options: { project: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
  });
  const projectId = useProject(values.project);
  useParameters(projectId);
  if (projectId.startsWith('demo-')) {
    process.env = { ...localParameters('http://127.0.0.1:9'), ...localSecrets(), ...process.env };
  }
  const { retain } = await import('../functions/lib/privacy/retention.js');
  const { closeDb } = await import('../functions/lib/platform/firestore.js');
  const dryRun = values['dry-run'];
  const removed = await retain({ deadline: Date.now() + RUN_MS, dryRun });
  await closeDb();
  const rows = Object.entries(removed).map(([name, count]) => [name, String(count)]);
  console.log(tableOf(['', dryRun ? 'would be deleted' : 'deleted'], rows));
  console.log('What has no row is kept for ever: its parameter is 0.');
  return 0;
});
