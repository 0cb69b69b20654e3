import { createHash } from 'node:crypto';
import { afterAll } from 'vitest';
import { localParameters, localSecrets } from '../../../scripts/lib/localConfig';
import { closeDb } from '../../src/platform/firestore';

/**
 * Gives a test file a project of its own in the shared emulators, and the local parameters.
 * Call it at the top of the file.
 */
export function useProject(name: string, parameters: Record<string, string> = {}): string {
  if (!process.env['FIRESTORE_EMULATOR_HOST']) {
    throw new Error('These tests need the emulators; run them with `npm test -- PATTERN`.');
  }
  const run = createHash('sha256')
    .update(`${name}${process.pid}${Date.now()}`)
    .digest('hex')
    .slice(0, 8);
  const projectId = `demo-${name}-${run}`;
  // Bills are counted exactly, so instances write no metrics unless a test asks for them.
  const base = { ...localParameters('http://127.0.0.1:9'), METRICS_FLUSH_SECONDS: '0' };
  Object.assign(process.env, base, localSecrets(), parameters, {
    GCLOUD_PROJECT: projectId,
    RECADO_REGION: 'europe-west1',
    LOG_LEVEL: 'error',
    // The Cloud Tasks emulator signs no tokens; with this, as in the functions emulator, none is asked for.
    FUNCTIONS_EMULATOR: 'true',
  });
  afterAll(closeDb);
  return projectId;
}
