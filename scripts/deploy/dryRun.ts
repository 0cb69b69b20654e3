import { readDeclared } from '../indexes/declared.ts';
import { INDEX_FILE } from '../indexes/check.ts';
import { isHealthy, ok, runChecks, type Check, type Finding } from '../doctor/check.ts';
import { regionOf, webhookUrlOf, type Manifest } from '../doctor/manifest.ts';
import { nameWidth, rowOf } from '../doctor/report.ts';
import { secretsOf, settingsOf } from '../doctor/settings.ts';
import { linesOf, originOf } from './parameters.ts';
import { nextSteps, planOf } from './plan.ts';

/** What stands for the project while none is chosen. */
const PLACEHOLDER = 'YOUR-PROJECT';

interface Options {
  /** The project, if one is chosen. */
  chosen: string | undefined;
  prepare: (projectId: string) => Promise<Manifest>;
  checkRules: () => Promise<Finding>;
  say: (text: string) => void;
}

/** Says what a deploy would do and tries all of it that needs no project. Changes nothing. */
export async function dryRun({ chosen, prepare, checkRules, say }: Options): Promise<boolean> {
  const projectId = chosen ?? PLACEHOLDER;
  say(`A deploy to ${projectId} would do this:\n`);
  for (const [n, { title, command, why }] of planOf(projectId).entries()) {
    say(`${n + 1}. ${title}${command ? `:  ${command}` : ''}\n   ${why}`);
  }

  say('\nWhat can be tried without the project:');
  let manifest: Manifest | undefined;
  const checks: Check[] = [
    {
      name: 'firestore.indexes.json',
      run: () => {
        const { indexes, fieldOverrides } = readDeclared(INDEX_FILE);
        return ok(`${indexes.length} indexes, ${fieldOverrides.length} fields exempted`);
      },
    },
    { name: 'firestore.rules', run: checkRules },
    {
      name: 'functions',
      run: async () => {
        manifest = await prepare(projectId);
        return ok(`${Object.keys(manifest.endpoints).length} load, for ${regionOf(manifest)}`);
      },
    },
  ];
  const width = nameWidth(checks);
  const results = await runChecks(checks, (result) => say(rowOf(result, width)));
  if (manifest) for (const line of describe(manifest, projectId, chosen)) say(line);
  return isHealthy(results);
}

/** What the functions need, and what comes after the deploy. */
function describe(manifest: Manifest, projectId: string, chosen: string | undefined): string[] {
  return [
    '\nSecrets, each set by "npx firebase functions:secrets:set NAME":',
    ...secretsOf(manifest).map((name) => `  ${name}`),
    '\nParameters:',
    ...settingsOf(manifest, chosen).map(
      (setting) => `  ${linesOf([setting]).trim()}   (${originOf(setting, projectId)})`,
    ),
    '\nGoogle services that the deploy turns on:',
    ...manifest.requiredAPIs.map(({ api, reason }) => `  ${api}   ${reason}`),
    `\nThen:\n\n${nextSteps(projectId, webhookUrlOf(projectId, regionOf(manifest)))}`,
  ];
}
