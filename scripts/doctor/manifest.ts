import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../lib/fail.ts';
import { ROOT } from '../lib/paths.ts';
import { readEnvFile } from './settings.ts';

/** What a deploy finds in the compiled functions. */
export interface Manifest {
  /** By the deployed name: `messages-send`. */
  endpoints: Record<string, { region?: string[]; httpsTrigger?: object }>;
  params: { name: string; type: string; default?: string | number | boolean }[];
  requiredAPIs: { api: string; reason: string }[];
}

/** Loads functions/lib the way a deploy does. Needs neither a network nor a login. */
export async function discoverFunctions(projectId: string): Promise<Manifest> {
  const folder = mkdtempSync(join(tmpdir(), 'recado-manifest-'));
  const file = join(folder, 'manifest.json');
  const functions = join(ROOT, 'functions');
  try {
    await promisify(execFile)(
      process.execPath,
      [
        join(
          functions,
          'node_modules',
          'firebase-functions',
          'lib',
          'bin',
          'firebase-functions.js',
        ),
      ],
      {
        cwd: functions,
        env: {
          ...process.env,
          // As a deploy: which secrets there are depends on them.
          ...readEnvFile('.env'),
          ...readEnvFile(`.env.${projectId}`),
          GCLOUD_PROJECT: projectId,
          FUNCTIONS_MANIFEST_OUTPUT_PATH: file,
        },
        timeout: 60_000,
      },
    );
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new UserError(`The compiled functions do not load:\n${stderr?.trim() || message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the functions run. */
export const regionOf = ({ endpoints }: Pick<Manifest, 'endpoints'>): string =>
  Object.values(endpoints)[0]?.region?.[0] ?? 'europe-west1';

/** The webhook's address; second generation functions keep this form beside their own. */
export const webhookUrlOf = (projectId: string, region: string): string =>
  `https://${region}-${projectId}.cloudfunctions.net/whatsappWebhook`;
