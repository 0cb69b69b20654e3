import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { emulatorBinaries } from '../lib/emulatorBinaries.ts';
import { choosePorts } from '../lib/emulators.ts';
import { findJdk } from '../lib/java.ts';
import { ROOT } from '../lib/paths.ts';
import type { Machine } from './machine.ts';

/** The machine that this runs on. */
export function thisMachine(): Machine {
  const ofGcloud = emulatorBinaries();
  return {
    nodeVersion: process.version,
    firstLine,
    installed,
    findJdk,
    emulator: (name) => {
      if (ofGcloud[`${name.toUpperCase()}_EMULATOR_BINARY_PATH`]) return 'gcloud';
      return isDownloaded(name) ? 'downloaded' : undefined;
    },
    busyPorts,
  };
}

async function firstLine(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { timeout: 30_000 });
    return stdout.trim().split('\n')[0];
  } catch {
    return undefined;
  }
}

/** Compares with the stamp that scripts/run.mjs leaves when it has installed. */
function installed(folder: string): boolean {
  const stamp = join(ROOT, folder, 'node_modules', '.recado-lock');
  if (!existsSync(stamp)) return false;
  const lock = readFileSync(join(ROOT, folder, 'package-lock.json'));
  return readFileSync(stamp, 'utf8') === createHash('sha256').update(lock).digest('hex');
}

/** Where firebase-tools keeps what it downloads. */
function isDownloaded(name: string): boolean {
  const folder =
    process.env['FIREBASE_EMULATORS_PATH'] ?? join(homedir(), '.cache', 'firebase', 'emulators');
  return (
    existsSync(folder) && readdirSync(folder).some((file) => file.includes(`${name}-emulator`))
  );
}

async function busyPorts(): Promise<number[]> {
  const { emulators } = JSON.parse(readFileSync(join(ROOT, 'firebase.json'), 'utf8')) as {
    emulators: Record<string, { port?: number }>;
  };
  const chosen = Object.values(await choosePorts());
  const wanted = Object.values(emulators).flatMap(({ port }) => port ?? []);
  return wanted.filter((port) => !chosen.includes(port));
}
