import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

/** Projects of this name exist in emulators only. */
export const isDemo = (projectId: string): boolean => projectId.startsWith('demo-');

/** The project that is meant: the one named, or an alias's, or .firebaserc's default. */
export function chooseProject(
  named: string | undefined,
  aliases: Record<string, string> = readAliases(),
): string | undefined {
  const name = named ?? 'default';
  return aliases[name] ?? named;
}

function readAliases(): Record<string, string> {
  const file = join(ROOT, '.firebaserc');
  if (!existsSync(file)) return {};
  const { projects = {} } = JSON.parse(readFileSync(file, 'utf8')) as {
    projects?: Record<string, string>;
  };
  return projects;
}
