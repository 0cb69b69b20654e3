import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../../scripts/lib/paths.ts';
import type { Outcome } from './types.ts';

const PROFILES = join(ROOT, 'load-tests', 'profiles');

/** The files of a run: NAME-COMMAND-TIME and how each ends. */
export interface Files {
  file: (ending: string) => string;
  /** Keeps what was found. */
  keep(outcome: Outcome): void;
  /** Those that are there, from the project's folder. */
  written(): string[];
}

/** @param at epoch ms, of the run's beginning */
export function filesOf(name: string, command: string, at: number, folder = PROFILES): Files {
  mkdirSync(folder, { recursive: true });
  const time = new Date(at).toISOString().slice(0, 19).replaceAll(':', '');
  const base = join(folder, `${name.replaceAll(/[^\w.-]/g, '_')}-${command}-${time}`);
  const files: string[] = [];
  const file = (ending: string): string => {
    files.push(`${base}${ending}`);
    return `${base}${ending}`;
  };
  return {
    file,
    keep({ summary, page }) {
      writeFileSync(file('.json'), `${JSON.stringify(summary, null, 2)}\n`);
      if (page !== undefined) writeFileSync(file('.html'), page);
    },
    written: () => files.filter((each) => existsSync(each)).map((each) => relative(ROOT, each)),
  };
}
