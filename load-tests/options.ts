import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { UserError } from '../scripts/lib/fail.ts';
import { PROFILE_NAMES, type Form, type ProfileName } from './plan/phases.ts';

export interface Options {
  profile: ProfileName;
  form: Form;
  seed: number;
  /** The address of deployed functions; local ones are started if it is left out. */
  target: string | undefined;
  /** A named run to compare with, and a name to keep this one under. */
  baseline: string | undefined;
  saveBaseline: string | undefined;
}

const USAGE = `npm run load -- PROFILE [--target URL] [--full|--short] [--seed N] [--baseline NAME] [--save-baseline NAME]

  PROFILE          ${PROFILE_NAMES.join(', ')}
  --target         deployed functions, e.g. https://europe-west1-PROJECT.cloudfunctions.net
  --full, --short  short is for a machine of two cores, and what such a one takes if it is left out
  --seed           of everything that is drawn by chance; another one each time if left out
  --baseline       also compares with the run of this name
  --save-baseline  keeps this run under a name`;

/** Machines with no more cores than this run the short form. */
const FEW_CORES = 2;
const MAX_SEED = 2 ** 32 - 1;

/** Reads the command line. @throws UserError that tells what is possible */
export function readOptions(args: string[], cores = availableParallelism()): Options {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        target: { type: 'string' },
        full: { type: 'boolean', default: false },
        short: { type: 'boolean', default: false },
        seed: { type: 'string' },
        baseline: { type: 'string' },
        'save-baseline': { type: 'string' },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [profile, ...more] = positionals;
  if (profile === undefined || more.length > 0) throw wrong('Name one profile.');
  if (!isProfile(profile)) throw wrong(`There is no profile named ${profile}.`);
  if (values.full && values.short) throw wrong('Take either --full or --short.');
  const isShort = values.short || (!values.full && !values.target && cores <= FEW_CORES);
  return {
    profile,
    form: isShort ? 'short' : 'full',
    seed: seedOf(values.seed),
    target: targetOf(values.target),
    baseline: nameOf('baseline', values.baseline),
    saveBaseline: nameOf('save-baseline', values['save-baseline']),
  };
}

const isProfile = (name: string): name is ProfileName =>
  (PROFILE_NAMES as readonly string[]).includes(name);

const wrong = (what: string): UserError => new UserError(`${what}\n\n${USAGE}`);

function seedOf(text: string | undefined): number {
  if (text === undefined) return Math.floor(Math.random() * MAX_SEED);
  const seed = Number(text);
  if (Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) return seed;
  throw wrong(`--seed takes a whole number from 0 to ${MAX_SEED}, not "${text}".`);
}

function targetOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw wrong(`--target takes an address with http:// or https://, not "${text}".`);
  }
  return text.replace(/\/+$/, '');
}

/** It becomes a file's name. */
function nameOf(option: string, name: string | undefined): string | undefined {
  if (name === undefined || /^[\w-]{1,60}$/.test(name)) return name;
  throw wrong(`--${option} takes up to 60 letters, digits, "-" or "_", not "${name}".`);
}
