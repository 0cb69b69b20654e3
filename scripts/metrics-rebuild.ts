// Recomputes figures and compares them: `npm run metrics:rebuild -- FROM TO [--repair] [--project ID]`.
import { parseArgs } from 'node:util';
import { run, UserError } from './lib/fail.ts';
import { localParameters, localSecrets } from './lib/localConfig.ts';
import { useProject } from './lib/remote.ts';

const USAGE = 'npm run metrics:rebuild -- 2027-03-01 2027-04-01 [--repair] [--project ID]';

/** `2027-03-01` (UTC), or any time in ISO 8601. */
function timeOf(text: string | undefined): number {
  const time = Date.parse(text ?? '');
  if (Number.isNaN(time)) throw new UserError(`Say from when to when, in ISO 8601: ${USAGE}`);
  return time;
}

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { project: { type: 'string' }, repair: { type: 'boolean', default: false } },
  });
  const range = { from: timeOf(positionals[0]), to: timeOf(positionals[1]) };
  if (range.from >= range.to) throw new UserError(`The end has to be after the begin: ${USAGE}`);
  const projectId = useProject(values.project);
  if (projectId.startsWith('demo-')) {
    process.env = { ...localParameters('http://127.0.0.1:9'), ...localSecrets(), ...process.env };
  }
  const { rebuild } = await import('../functions/lib/analytics/rebuild.js');
  const { closeDb } = await import('../functions/lib/platform/firestore.js');

  console.log('Reading the documents that the figures are of …');
  const { from, to, compared, difference, examples } = await rebuild(range, values.repair);
  await closeDb();
  for (const { id, key, name, at, stored, source } of examples) {
    console.log(
      `  ${id}  ${key}  ${name}  ${new Date(at).toISOString()}: ${stored}, not ${source}`,
    );
  }
  console.log(
    `${new Date(from).toISOString()} to ${new Date(to).toISOString()}: ` +
      `${compared} counts compared, difference ${difference}`,
  );
  return difference === 0 ? 0 : 1;
});
