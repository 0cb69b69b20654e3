// Deploys to a Firebase project: indexes and rules, then, when the indexes serve, the functions.
//   npm run deploy -- [--project ID] [--dry-run] [--skip-check] [--poll SECONDS] [--timeout MINUTES]
import { parseArgs } from 'node:util';
import { dryRun } from './deploy/dryRun.ts';
import { prepare } from './deploy/prepare.ts';
import { checkRules } from './deploy/rulesCheck.ts';
import { deploy } from './deploy/run.ts';
import { chooseProject, isDemo } from './doctor/projectChoice.ts';
import { INDEX_FILE } from './indexes/check.ts';
import { readDeclared } from './indexes/declared.ts';
import { run, UserError } from './lib/fail.ts';

const say = (text: string): void => console.log(text);

await run(async () => {
  const { values } = parseArgs({
    options: {
      project: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      'skip-check': { type: 'boolean', default: false },
      poll: { type: 'string', default: '10' },
      timeout: { type: 'string', default: '60' },
    },
  });
  const projectId = chooseProject(values.project);
  const isReal = projectId !== undefined && !isDemo(projectId);
  // A dry run shows the way before there is a project.
  if (values['dry-run'] && (isReal || values.project === undefined)) {
    const passed = await dryRun({
      chosen: isReal ? projectId : undefined,
      prepare: (id) => prepare(id, { check: false }),
      checkRules,
      say,
    });
    return passed ? 0 : 1;
  }
  if (!isReal) {
    throw new UserError(
      `${projectId === undefined ? 'No project is chosen' : `${projectId} exists in the emulators only`}. ` +
        'Name a real one:\n  npm run deploy -- --project ID\n' +
        'or make it the default:\n  npx firebase use --add',
    );
  }
  await deploy({
    projectId,
    indexes: readDeclared(INDEX_FILE).indexes,
    prepare: () => prepare(projectId, { check: !values['skip-check'] }),
    pollMs: Number(values.poll) * 1_000,
    timeoutMs: Number(values.timeout) * 60_000,
    say,
  });
  return 0;
});
