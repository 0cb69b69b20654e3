import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.ts';
import { UserError } from './fail.ts';
import { ROOT } from './paths.ts';
import { runningStack } from './stackFile.ts';

/**
 * Points this process to a project: the one named, else .firebaserc's. A `demo-` project is a local
 * stack that runs, here or where the environment says; a real one needs Google's application
 * default credentials.
 */
export function useProject(named: string | undefined): string {
  const { projects } = JSON.parse(readFileSync(join(ROOT, '.firebaserc'), 'utf8')) as {
    projects: { default: string };
  };
  const projectId = named ?? projects.default;
  if (projectId.startsWith('demo-') && !process.env['FIRESTORE_EMULATOR_HOST']) {
    const environment = runningStack(projectId);
    if (!environment) {
      throw new UserError(
        `${projectId} is the local stack's project, and it does not run. Start it with npm start, ` +
          'or name a real one with --project ID.',
      );
    }
    process.env = { ...environment, ...process.env };
  }
  process.env['GCLOUD_PROJECT'] = projectId;
  build();
  return projectId;
}

/** Reads the parameters that a project's functions are deployed with; a local stack has given its own. */
export function useParameters(projectId: string): void {
  if (projectId.startsWith('demo-')) return;
  for (const name of [`.env.${projectId}`, '.env']) {
    const file = join(ROOT, 'functions', name);
    // What is set already stays.
    if (existsSync(file)) process.loadEnvFile(file);
  }
}
