import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Setting } from '../doctor/settings.ts';
import { UserError } from '../lib/fail.ts';
import { ROOT } from '../lib/paths.ts';

/** Where a project's parameters are kept, from the project's folder. */
export const parameterFile = (projectId: string): string => `functions/.env.${projectId}`;

/**
 * Writes the defaults of parameters that have no value yet to the project's file, and gives their
 * names. Without that, firebase-tools asks for each, and fails where nobody can answer.
 */
export function writeDefaults(projectId: string, settings: Setting[]): string[] {
  const unset = settings.filter(({ from }) => from === 'nowhere').map(({ name }) => name);
  if (unset.length > 0) {
    throw new UserError(
      `These parameters need a value in ${parameterFile(projectId)}: ${unset.join(', ')}.`,
    );
  }
  const defaults = settings.filter(({ from }) => from === 'default');
  if (defaults.length > 0) {
    const file = join(ROOT, parameterFile(projectId));
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    appendFileSync(file, (before === '' || before.endsWith('\n') ? '' : '\n') + linesOf(defaults));
  }
  return defaults.map(({ name }) => name);
}

/** Parameters as lines of a dotenv file. */
export const linesOf = (settings: Pick<Setting, 'name' | 'value'>[]): string =>
  settings.map(({ name, value }) => `${name}=${JSON.stringify(value)}\n`).join('');

/** Where a value comes from, for people. */
export function originOf({ from }: Setting, projectId: string): string {
  if (from === 'default') return `its default; written to ${parameterFile(projectId)}`;
  return from === 'nowhere' ? `to be chosen in ${parameterFile(projectId)}` : from.file;
}
