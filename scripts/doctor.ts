// Says what is missing on this machine and, for a real project, there.
//   npm run doctor [-- --project ID] [--number PHONE_NUMBER_ID]
import { parseArgs } from 'node:util';
import { isHealthy, runChecks, type Check } from './doctor/check.ts';
import { firebaseCli } from './doctor/firebaseCli.ts';
import { liveChecks } from './doctor/live.ts';
import { machineChecks } from './doctor/machine.ts';
import { discoverFunctions } from './doctor/manifest.ts';
import { accessChecks, indexCheck, secretChecks } from './doctor/project.ts';
import { chooseProject, isDemo } from './doctor/projectChoice.ts';
import { createRedactor } from './doctor/redact.ts';
import { nameWidth, rowOf } from './doctor/report.ts';
import { secretsOf, settingsOf } from './doctor/settings.ts';
import { thisMachine } from './doctor/thisMachine.ts';
import { INDEX_FILE } from './indexes/check.ts';
import { readDeclared } from './indexes/declared.ts';
import { build } from './lib/build.ts';
import { run, UserError } from './lib/fail.ts';

const redactor = createRedactor();

await run(async () => {
  const { values } = parseArgs({
    options: { project: { type: 'string' }, number: { type: 'string' } },
  });
  const projectId = chooseProject(values.project);
  if (values.project !== undefined && projectId !== undefined && isDemo(projectId)) {
    throw new UserError(`${projectId} exists in the emulators only; name a real project.`);
  }

  const machine = await section('This machine', machineChecks(thisMachine()));
  if (projectId === undefined || isDemo(projectId)) {
    console.log('\nFor a real project: npm run doctor -- --project ID');
    return machine ? 0 : 1;
  }
  const project = await section(
    `Project ${projectId}`,
    await projectChecks(projectId, values.number),
  );
  return machine && project ? 0 : 1;
});

async function projectChecks(projectId: string, number: string | undefined): Promise<Check[]> {
  build();
  const project = { projectId, cli: firebaseCli };
  const manifest = await discoverFunctions(projectId);
  return [
    ...accessChecks(project),
    indexCheck(project, readDeclared(INDEX_FILE).indexes),
    ...secretChecks(project, secretsOf(manifest)),
    ...liveChecks({
      ...project,
      manifest,
      settings: settingsOf(manifest, projectId),
      redactor,
      number,
      fetch,
    }),
  ];
}

async function section(title: string, checks: Check[]): Promise<boolean> {
  console.log(`\n${title}`);
  const width = nameWidth(checks);
  const results = await runChecks(checks, (result) =>
    console.log(redactor.clean(rowOf(result, width))),
  );
  return isHealthy(results);
}
