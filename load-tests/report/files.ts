import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../../scripts/lib/paths.ts';
import { UserError } from '../../scripts/lib/fail.ts';
import { areComparable } from '../outcome/compare.ts';
import type { Result } from '../outcome/result.ts';

const RESULTS = join(ROOT, 'load-tests', 'results');
const BASELINES = join(RESULTS, 'baselines');

const read = (file: string): Result => JSON.parse(readFileSync(file, 'utf8')) as Result;
const baselineFile = (name: string): string => join(BASELINES, `${name}.json`);

/** The latest earlier run of the same profile, form and target. */
export function lastResult(now: Result): Result | undefined {
  if (!existsSync(RESULTS)) return undefined;
  return readdirSync(RESULTS)
    .filter((name) => name.startsWith(`${now.profile}-`) && name.endsWith('.json'))
    .map((name) => read(join(RESULTS, name)))
    .filter((result) => result.at < now.at && areComparable(result, now))
    .sort((a, b) => b.at - a.at)[0];
}

/** @throws UserError where there is no run of this name */
export function readBaseline(name: string): Result {
  if (!existsSync(baselineFile(name))) {
    throw new UserError(`There is no baseline ${name}; keep a run with --save-baseline ${name}.`);
  }
  return read(baselineFile(name));
}

/** Keeps a run, as JSON and as a page; gives where they are, from the project's folder. */
export function writeResult(
  result: Result,
  page: string,
  saveBaseline: string | undefined,
): string[] {
  mkdirSync(BASELINES, { recursive: true });
  const time = new Date(result.at).toISOString().slice(0, 19).replaceAll(':', '');
  const base = join(RESULTS, `${result.profile}-${result.form}-${time}`);
  const json = `${JSON.stringify(result, null, 2)}\n`;
  const files: [string, string][] = [
    [`${base}.json`, json],
    [`${base}.html`, page],
  ];
  if (saveBaseline !== undefined) files.push([baselineFile(saveBaseline), json]);
  for (const [file, content] of files) writeFileSync(file, content);
  return files.map(([file]) => relative(ROOT, file));
}
