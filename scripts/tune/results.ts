import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Result as LoadResult } from '../../load-tests/outcome/result.ts';
import { UserError } from '../lib/fail.ts';
import { ROOT } from '../lib/paths.ts';
import type { BenchResult, Of, Results, Sweep } from './types.ts';

/** Where load tests and sweeps leave what they measured. */
export const RESULTS = join(ROOT, 'load-tests', 'results');

/**
 * Reads results of load tests, benchmarks and sweeps, the newest first.
 *
 * @param files those that are meant; none: all of load-tests/results
 * @throws UserError that names a file which cannot be read, or is none of these
 */
export function readResults(files: readonly string[], folder = RESULTS): Results {
  const meant = files.length > 0 ? files.map((file) => resolve(file)) : filesIn(folder);
  const results: Results = { sweeps: [], loads: [], benches: [] };
  for (const file of meant) {
    const data = parse(file);
    const of = { file: relative(ROOT, file), at: timeOf(data, file) };
    if (isSweep(data)) results.sweeps.push({ ...of, data });
    else if (isLoad(data)) results.loads.push({ ...of, data });
    else if (isBench(data)) results.benches.push({ ...of, data });
    else {
      throw new UserError(
        `${of.file} is no result: it is written by "npm run load", "npm run bench -- … --json FILE" ` +
          'or "npm run tune -- --measure".',
      );
    }
  }
  return {
    sweeps: newestFirst(results.sweeps),
    loads: newestFirst(results.loads),
    benches: newestFirst(results.benches),
  };
}

const newestFirst = <T>(list: Of<T>[]): Of<T>[] =>
  list.toSorted((a, b) => b.at - a.at || (a.file < b.file ? -1 : 1));

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(folder, name))
    : [];

function parse(file: string): unknown {
  const name = relative(ROOT, file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${name} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UserError(`${name} is no JSON: was the run that wrote it ended?`);
  }
}

const timeOf = (data: unknown, file: string): number => {
  const { at } = (data ?? {}) as { at?: unknown };
  return typeof at === 'number' ? at : statSync(file).mtimeMs;
};

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isListOf = (value: unknown, test: (item: Fields) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isFields(item) && test(item));
const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string';

const isSweep = (data: unknown): data is Sweep =>
  isFields(data) &&
  [data['parameter'], data['figure'], data['unit']].every(isText) &&
  (data['better'] === 'higher' || data['better'] === 'lower') &&
  isListOf(
    data['candidates'],
    ({ value, runs, guards, rssMb }) =>
      isNumber(value) &&
      Array.isArray(runs) &&
      runs.every(isNumber) &&
      isListOf(guards, (guard) => isText(guard['name']) && isNumber(guard['value'])) &&
      (rssMb === undefined || isNumber(rssMb)),
  );

const isLoad = (data: unknown): data is LoadResult =>
  isFields(data) &&
  isText(data['profile']) &&
  (data['form'] === 'full' || data['form'] === 'short') &&
  isListOf(data['correctness'], ({ name, ok }) => isText(name) && typeof ok === 'boolean') &&
  isFields(data['telemetry']) &&
  isFields(data['telemetry']['functions']) &&
  isFields(data['telemetry']['requests']);

const isBench = (data: unknown): data is BenchResult =>
  isFields(data) &&
  isListOf(
    data['entries'],
    ({ name, unit, goals }) =>
      isText(name) &&
      isText(unit) &&
      isListOf(goals, (goal) => isText(goal['text']) && typeof goal['isMet'] === 'boolean'),
  );
