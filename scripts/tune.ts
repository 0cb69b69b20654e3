// Proposes sizes from measurements, and writes them into the parameters file on request:
//   npm run tune -- [RESULT.json…] [--measure [PARAMETER…]] [--write [FILE]] [--project ID]
import { resolve } from 'node:path';
import { parameterFile } from './deploy/parameters.ts';
import { discoverFunctions } from './doctor/manifest.ts';
import { chooseProject, isDemo } from './doctor/projectChoice.ts';
import { readEnvFile } from './doctor/settings.ts';
import { build } from './lib/build.ts';
import { run, UserError } from './lib/fail.ts';
import { ROOT } from './lib/paths.ts';
import { measureAll } from './tune/measureAll.ts';
import { readOptions } from './tune/options.ts';
import { readParameters, writeValues } from './tune/parameterFile.ts';
import { textOf } from './tune/print.ts';
import { propose } from './tune/propose.ts';
import { readResults } from './tune/results.ts';
import { valuesOf } from './tune/values.ts';

await run(async () => {
  const options = readOptions(process.argv.slice(2));
  const projectId = chooseProject(options.project);
  const isReal = projectId !== undefined && !isDemo(projectId);
  const target = options.write === true ? targetOf(isReal ? projectId : undefined) : options.write;
  build();
  const manifest = await discoverFunctions(projectId ?? 'demo-recado');
  // A file that is named has the present values, beside what is set for all projects.
  const file = typeof target === 'string' ? resolve(ROOT, target) : undefined;
  const values = valuesOf(manifest, isReal ? projectId : undefined, (name) => ({
    ...readEnvFile(name),
    ...(file === undefined ? {} : readParameters(file)),
  }));
  const measured = options.measure ? await measureAll(options.measure, values) : [];
  const named = options.files.length > 0 ? [...options.files, ...measured] : [];

  const proposals = propose(readResults(named), values);
  console.log(`\n${textOf(proposals)}`);
  const changes = new Map(
    proposals.flatMap(({ parameter, verdict, proposed }) =>
      verdict === 'change' && proposed !== null ? [[parameter, proposed] as const] : [],
    ),
  );
  if (target === null || file === undefined) {
    if (changes.size > 0) console.log('\nWith --write, the changes are written.');
    return 0;
  }
  const diff = writeValues(file, changes);
  console.log(
    diff.length === 0
      ? `\n${target} is as proposed.`
      : `\n${target}:\n${diff.join('\n')}\n\nThey hold from the next deploy on: npm run deploy`,
  );
  return 0;
});

/** @throws UserError where no project is chosen */
function targetOf(projectId: string | undefined): string {
  if (projectId !== undefined) return parameterFile(projectId);
  throw new UserError(
    'No project is chosen whose parameters could be written. Name one, or a file:\n' +
      '  npm run tune -- --write --project ID\n  npm run tune -- --write FILE',
  );
}
