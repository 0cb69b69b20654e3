import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from './fail.ts';

/** firebase-tools refuses anything older. */
const OLDEST = 21;

export interface Jdk {
  home: string;
  version: number;
}

/** Where the platforms' package managers and installers put JVMs. */
const JVM_FOLDERS = [
  '/usr/lib/jvm',
  '/usr/java',
  '/opt/java',
  '/Library/Java/JavaVirtualMachines',
  `${process.env['HOME'] ?? ''}/.sdkman/candidates/java`,
  `${process.env['HOME'] ?? ''}/Library/Java/JavaVirtualMachines`,
  '/opt/homebrew/opt',
  'C:\\Program Files\\Java',
  'C:\\Program Files\\Eclipse Adoptium',
];

/** The newest JDK of the machine that the emulators can run on. */
export async function findJdk(): Promise<Jdk> {
  const versions = await Promise.all(candidates().map(versionOf));
  const found = versions.filter((jdk) => jdk !== undefined).sort((a, b) => b.version - a.version);
  const [newest] = found;
  if (newest && newest.version >= OLDEST) return newest;
  const seen = newest
    ? `The newest one found is Java ${newest.version} in ${newest.home}.`
    : 'None was found.';
  throw new UserError(
    `The Firebase emulators need a JDK of version ${OLDEST} or newer. ${seen}\n` +
      'Install one, for instance with\n' +
      '  Debian, Ubuntu:  sudo apt-get install openjdk-21-jdk-headless   (or Temurin from adoptium.net)\n' +
      '  macOS:           brew install openjdk@21\n' +
      '  Windows:         winget install EclipseAdoptium.Temurin.21.JDK\n' +
      'or set JAVA_HOME to where it is.',
  );
}

function candidates(): string[] {
  const folders = JVM_FOLDERS.filter(existsSync).flatMap((folder) =>
    readdirSync(folder).flatMap((name) => [
      join(folder, name),
      join(folder, name, 'Contents', 'Home'),
      join(folder, name, 'libexec', 'openjdk.jdk', 'Contents', 'Home'),
    ]),
  );
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((entry) => join(entry, '..'));
  const homes = [process.env['JAVA_HOME'] ?? '', ...folders, ...onPath];
  return [...new Set(homes)].filter((home) => home !== '' && existsSync(javaOf(home)));
}

const javaOf = (home: string): string =>
  join(home, 'bin', process.platform === 'win32' ? 'java.exe' : 'java');

async function versionOf(home: string): Promise<Jdk | undefined> {
  try {
    const { stderr, stdout } = await promisify(execFile)(javaOf(home), ['-version'], {
      timeout: 15_000,
    });
    const version = /version "(?:1\.)?(\d+)/.exec(stderr + stdout)?.[1];
    return version ? { home, version: Number(version) } : undefined;
  } catch {
    return undefined;
  }
}
