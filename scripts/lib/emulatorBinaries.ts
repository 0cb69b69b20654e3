import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { STATE } from './paths.ts';
import { zipOf } from './zip.ts';

/**
 * The environment with which firebase-tools takes the Firestore and Pub/Sub emulators of an
 * installed Google Cloud CLI. Empty where there is none: firebase-tools then downloads its own.
 */
export function emulatorBinaries(): Record<string, string> {
  const platform = gcloudPlatform();
  if (!platform) return {};
  const environment: Record<string, string> = {};

  const firestore = join(platform, 'cloud-firestore-emulator', 'cloud-firestore-emulator.jar');
  if (existsSync(firestore)) {
    environment['FIRESTORE_EMULATOR_BINARY_PATH'] = firestoreLauncher(firestore);
  }
  const pubsub = join(platform, 'pubsub-emulator', 'bin', 'cloud-pubsub-emulator');
  if (existsSync(pubsub)) environment['PUBSUB_EMULATOR_BINARY_PATH'] = pubsub;
  return environment;
}

function gcloudPlatform(): string | undefined {
  const roots: string[] = [process.env['CLOUDSDK_ROOT_DIR'] ?? '', '/usr/lib/google-cloud-sdk'];
  if (!roots.some((root) => root !== '' && existsSync(join(root, 'platform')))) {
    try {
      roots.push(
        execFileSync('gcloud', ['info', '--format=value(installation.sdk_root)'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          timeout: 30_000,
        }).trim(),
      );
    } catch {
      return undefined;
    }
  }
  return roots
    .filter((root) => root !== '')
    .map((root) => join(root, 'platform'))
    .find(existsSync);
}

/**
 * firebase-tools starts Firestore as `java -jar FILE`, and the CLI's jar names no main class; this
 * jar of a few hundred bytes does, and has the other one on its class path.
 */
function firestoreLauncher(jar: string): string {
  const manifest = [
    'Manifest-Version: 1.0',
    'Main-Class: com.google.cloud.datastore.emulator.firestore.CloudFirestore',
    `Class-Path: ${pathToFileURL(jar).href}`,
  ];
  mkdirSync(STATE, { recursive: true });
  const launcher = join(STATE, 'firestore-emulator.jar');
  writeFileSync(
    launcher,
    zipOf('META-INF/MANIFEST.MF', `${manifest.map(fold).join('\r\n')}\r\n\r\n`),
  );
  return launcher;
}

/** Lines of a manifest have at most 72 bytes; longer ones go on after a space. */
const fold = (line: string): string =>
  line.replace(/^(.{70})(.+)$/, (_, head: string, tail: string) => `${head}\r\n ${fold(tail)}`);
