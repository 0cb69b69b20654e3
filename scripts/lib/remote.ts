import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.ts';
import { UserError } from './fail.ts';
import { ROOT } from './paths.ts';

/**
 * Points this process to a project: the one named, else .firebaserc's. A `demo-` project needs the
 * emulators' addresses in the environment, a real one Google's application default credentials.
 */
export function useProject(named: string | undefined): string {
  const { projects } = JSON.parse(readFileSync(join(ROOT, '.firebaserc'), 'utf8')) as {
    projects: { default: string };
  };
  const projectId = named ?? projects.default;
  if (projectId.startsWith('demo-') && !process.env['FIRESTORE_EMULATOR_HOST']) {
    throw new UserError(
      `${projectId} is the local stack's project. Name a real one with --project ID, or set ` +
        'FIRESTORE_EMULATOR_HOST and FIREBASE_AUTH_EMULATOR_HOST to the addresses that npm start prints.',
    );
  }
  process.env['GCLOUD_PROJECT'] = projectId;
  build();
  return projectId;
}
