import { parseArgs } from 'node:util';
import { UserError } from '../lib/fail.ts';
import type { ImportInput } from '../../functions/lib/contacts/import/schema.js';

/** What is to be done: import a file, or go on watching or stop an import that was begun. */
export type Asked = { project: string | undefined } & (
  | { kind: 'import'; file: string; options: Partial<ImportInput> }
  | { kind: 'watch' | 'cancel'; jobId: string }
);

const USAGE = `npm run import -- FILE [options]           imports a CSV or XLSX file of contacts
npm run import -- --watch JOB | --cancel JOB   goes on watching an import, or stops it

  --dry-run             writes nothing; shows what an import would do
  --map HEADER=COLUMN   what a column is about; again for others (COLUMN empty: nothing)
  --country ES          of numbers without a country code
  --rule RULE           what becomes of values that are stored: fill (default), overwrite, keep
  --tag TAG             for everybody in the file; again for others
  --consent CATEGORY=in|out --consent-at 2026-11-23 --proof TEXT
                        what everybody in the file agreed to or refused, when, and where
  --project ID          a deployed project; else the local stack that npm start runs`;

/** Reads the command line. @throws UserError that tells what is possible */
export function readOptions(args: string[]): Asked {
  try {
    return askedOf(args);
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function askedOf(args: string[]): Asked {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      project: { type: 'string' },
      map: { type: 'string', multiple: true, default: [] },
      country: { type: 'string' },
      rule: { type: 'string' },
      tag: { type: 'string', multiple: true, default: [] },
      consent: { type: 'string' },
      'consent-at': { type: 'string' },
      proof: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      watch: { type: 'string' },
      cancel: { type: 'string' },
    },
  });
  const { project } = values;
  const [file, ...more] = positionals;
  if (values.cancel !== undefined) return { project, kind: 'cancel', jobId: values.cancel };
  if (values.watch !== undefined) return { project, kind: 'watch', jobId: values.watch };
  if (file === undefined || more.length > 0) throw new Error('Name one file.');
  const consent =
    values.consent === undefined
      ? {}
      : { consent: consentOf(values.consent, values['consent-at'], values.proof) };
  const options = {
    mapping: Object.fromEntries(values.map.map((pair) => mappingOf(pair))),
    ...(values.country === undefined ? {} : { defaultCountry: values.country }),
    ...(values.rule === undefined ? {} : { rule: values.rule }),
    tags: values.tag,
    ...consent,
    dryRun: values['dry-run'],
  };
  // Whether it is as it has to be, the import itself says.
  return { project, kind: 'import', file, options: options as Partial<ImportInput> };
}

/** A header may have "=" in it; a column has none. */
function mappingOf(pair: string): [string, string | null] {
  const at = pair.lastIndexOf('=');
  if (at < 1) throw new Error(`--map takes HEADER=COLUMN, not "${pair}".`);
  return [pair.slice(0, at), pair.slice(at + 1) || null];
}

function consentOf(text: string, at: string | undefined, proof: string | undefined): object {
  const [category, state] = text.split('=');
  const time = Date.parse(at ?? '');
  if (Number.isNaN(time) || proof === undefined) {
    throw new Error('--consent needs --consent-at and --proof: when they said so, and where.');
  }
  return { category, state, at: time, proof };
}
