import { setTimeout as sleep } from 'node:timers/promises';
import { isHealthy, runChecks, type Check } from '../doctor/check.ts';
import { firebaseCli } from '../doctor/firebaseCli.ts';
import { regionOf, webhookUrlOf, type Manifest } from '../doctor/manifest.ts';
import { accessChecks, secretChecks } from '../doctor/project.ts';
import { nameWidth, rowOf } from '../doctor/report.ts';
import { secretsOf, settingsOf } from '../doctor/settings.ts';
import type { CompositeIndex } from '../indexes/types.ts';
import { UserError } from '../lib/fail.ts';
import { runCommand } from './command.ts';
import { parseStates, type IndexState } from './indexStates.ts';
import { parameterFile, writeDefaults } from './parameters.ts';
import { firestoreCommand, functionsCommand, nextSteps, planOf } from './plan.ts';
import { waitForIndexes } from './waitForIndexes.ts';

interface Options {
  projectId: string;
  indexes: CompositeIndex[];
  /** Checks and builds; gives what there is to deploy. */
  prepare: () => Promise<Manifest>;
  /** How often the indexes are looked at, and for how long at most. */
  pollMs: number;
  timeoutMs: number;
  say: (text: string) => void;
}

/** Deploys; the order is that of `planOf`. */
export async function deploy(options: Options): Promise<void> {
  const { projectId, indexes, prepare, say } = options;
  const project = { projectId, cli: firebaseCli };
  const begin = announcer(projectId, say);

  begin();
  const access = accessChecks(project);
  await demand(access, say);

  begin();
  const manifest = await prepare();
  await demand(secretChecks(project, secretsOf(manifest)), say);
  const defaults = writeDefaults(projectId, settingsOf(manifest, projectId));
  if (defaults.length > 0) {
    say(`Written to ${parameterFile(projectId)}: the defaults of ${defaults.join(', ')}`);
  }

  begin();
  await runCommand(firestoreCommand(projectId), 'The functions were not touched.');

  begin();
  await waitForIndexes({ ...options, declared: indexes, look: () => states(projectId), sleep });

  begin();
  await runCommand(functionsCommand(projectId), 'Indexes and rules are deployed already.');
  say(`\n${nextSteps(projectId, webhookUrlOf(projectId, regionOf(manifest)))}`);
}

/** Ends the deploy unless all is there. */
async function demand(checks: Check[], say: (text: string) => void): Promise<void> {
  const width = nameWidth(checks);
  const results = await runChecks(checks, (result) => say(rowOf(result, width)));
  if (!isHealthy(results)) {
    throw new UserError('Something is missing; see above. Nothing was deployed.');
  }
}

async function states(projectId: string): Promise<Map<string, IndexState>> {
  const answer = await firebaseCli.text(['firestore:indexes', '--pretty', '--project', projectId]);
  if (!answer.ok) throw new UserError(`The indexes cannot be looked at: ${answer.error}`);
  return parseStates(answer.result);
}

/** Each call says the title of the next step. */
function announcer(projectId: string, say: (text: string) => void): () => void {
  const titles = planOf(projectId).map(({ title }) => title);
  let n = 0;
  return () => {
    say(`\n${n + 1}/${titles.length} ${titles[n] ?? ''}`);
    n++;
  };
}
