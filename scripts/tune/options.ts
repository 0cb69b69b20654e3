import { UserError } from '../lib/fail.ts';
import { TUNED, tunedNamed } from './parameters.ts';

export interface Options {
  /** Results to go by; none: all of load-tests/results. */
  files: string[];
  /** Parameters to measure first; null: none. */
  measure: string[] | null;
  /** Where to write the proposal: a file, `true` for the project's, null for nowhere. */
  write: string | true | null;
  project: string | undefined;
}

const measurable = TUNED.filter(({ candidates }) => candidates).map(({ name }) => name);

const USAGE = `npm run tune -- [RESULT.json…] [--measure [PARAMETER…]] [--write [FILE]] [--project ID]

  RESULT.json   results of npm run load, npm run bench -- … --json FILE, or of --measure; all of
                load-tests/results if none is named
  --measure     measures first: ${measurable.join(', ')}; all of them if none is named
  --write       writes what is proposed into FILE, or the project's functions/.env.PROJECT
  --project     whose values are the present ones; .firebaserc's default if left out`;

/** Reads the command line. @throws UserError that tells what is possible */
export function readOptions(args: readonly string[]): Options {
  const options: Options = { files: [], measure: null, write: null, project: undefined };
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [name = '', value] = arg.startsWith('--') ? splitAt(arg) : [arg];
    const isFlag = arg.startsWith('--');
    if (!isFlag) takePositional(options, arg);
    else if (name === '--measure' && value === undefined) options.measure ??= [];
    else if (name === '--write') options.write = value ?? fileAhead(left) ?? true;
    else if (name === '--project') options.project = value ?? left.shift();
    else throw wrong(`There is no option ${arg}.`);
    if (name === '--project' && !options.project) throw wrong('--project needs the id of one.');
    if (options.write === '') throw wrong('--write= needs a file.');
  }
  return options;
}

const splitAt = (arg: string): string[] => {
  const at = arg.indexOf('=');
  return at < 0 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)];
};

/** What follows `--write`, unless it is something else. */
function fileAhead(left: string[]): string | undefined {
  const [next] = left;
  if (next === undefined || next.startsWith('--') || next.endsWith('.json') || tunedNamed(next)) {
    return undefined;
  }
  return left.shift();
}

function takePositional(options: Options, arg: string): void {
  if (arg.endsWith('.json')) options.files.push(arg);
  else if (options.measure && measurable.includes(arg)) options.measure.push(arg);
  else if (tunedNamed(arg) && !measurable.includes(arg)) {
    throw wrong(`${arg} is measured by a load test: npm run load -- load`);
  } else if (tunedNamed(arg)) throw wrong(`${arg} is a parameter: name it behind --measure.`);
  else throw wrong(`"${arg}" is neither a parameter nor a result (*.json).`);
}

const wrong = (what: string): UserError => new UserError(`${what}\n\n${USAGE}`);
