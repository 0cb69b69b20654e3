import { parseArgs } from 'node:util';
import { UserError } from '../lib/fail.ts';
import { BENCHMARKS } from './benchmarks.ts';

export interface Options {
  names: string[];
  json: string | undefined;
  rttMs: number;
  rounds: number | undefined;
}

const USAGE = `npm run bench -- [name…] [--json FILE] [--rtt MS] [--rounds N]

  name       ${Object.keys(BENCHMARKS).join(', ')}; all of them if none is named
  --json     also writes the entries to a file
  --rtt      the round trip to Firestore that is simulated, 5 ms if left out
  --rounds   how often each is measured`;

/** Reads the command line. @throws UserError that tells what is possible */
export function readOptions(args: string[]): Options {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        rtt: { type: 'string', default: '5' },
        rounds: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  const unknown = positionals.filter((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown.length > 0) {
    throw new UserError(`There is no benchmark named ${unknown.join(', ')}.\n\n${USAGE}`);
  }
  const numberOf = (name: string, text: string, least: number): number => {
    const number = Number(text);
    if (Number.isFinite(number) && number >= least) return number;
    throw new UserError(`--${name} takes a number from ${least} on, not "${text}".\n\n${USAGE}`);
  };
  return {
    names: positionals.length > 0 ? [...new Set(positionals)] : Object.keys(BENCHMARKS),
    json: values.json,
    rttMs: numberOf('rtt', values.rtt, 0),
    rounds:
      values.rounds === undefined ? undefined : Math.floor(numberOf('rounds', values.rounds, 1)),
  };
}
