import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ROOT } from '../lib/paths.ts';
import type { Manifest } from './manifest.ts';

/** A parameter of the functions, and its value in a project. */
export interface Setting {
  name: string;
  value: string;
  /** Where the value is written; `nowhere`: somebody has to choose one. */
  from: { file: string } | 'default' | 'nowhere';
}

/** The parameters as a deploy to the project would set them. Secrets are none of them. */
export function settingsOf(
  { params }: Pick<Manifest, 'params'>,
  projectId: string | undefined,
  readFile: (name: string) => Record<string, string> = readEnvFile,
): Setting[] {
  const files = ['.env', ...(projectId === undefined ? [] : [`.env.${projectId}`])];
  // The project's own file comes last, and counts.
  const written = files.map((name) => ({ name, values: readFile(name) })).reverse();
  return params
    .filter(({ type }) => type !== 'secret')
    .map(({ name, default: preset }) => {
      const file = written.find(({ values }) => values[name] !== undefined);
      const value = file?.values[name] ?? (preset === undefined ? undefined : String(preset));
      if (value === undefined) return { name, value: '', from: 'nowhere' };
      return { name, value, from: file ? { file: `functions/${file.name}` } : 'default' };
    });
}

export const secretsOf = ({ params }: Pick<Manifest, 'params'>): string[] =>
  params.filter(({ type }) => type === 'secret').map(({ name }) => name);

export const valueOf = (settings: Setting[], name: string): string =>
  settings.find((setting) => setting.name === name)?.value ?? '';

/** What a dotenv file of functions/ sets; nothing where there is none. */
export function readEnvFile(name: string): Record<string, string> {
  const file = join(ROOT, 'functions', name);
  return existsSync(file) ? (parseEnv(readFileSync(file, 'utf8')) as Record<string, string>) : {};
}
