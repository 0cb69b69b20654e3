import { parseArgs } from 'node:util';
import { BENCHMARKS } from '../../scripts/bench/benchmarks.ts';
import { UserError } from '../../scripts/lib/fail.ts';
import { COMMANDS, type CommandName } from './commands.ts';

/** What is profiled. */
export type Subject =
  | { kind: 'function'; name: string }
  | { kind: 'benchmark'; name: string; rounds: number }
  | { kind: 'process'; pid: number }
  | { kind: 'inspector'; host: string; port: number };

export interface Options {
  command: CommandName;
  subject: Subject;
  /** How long; until it ends, or Ctrl-C, where it is left out. */
  seconds: number | undefined;
  /** Seconds between two looks. */
  every: number;
}

const list = Object.entries(COMMANDS)
  .map(([name, { does }]) => `  ${name.padEnd(8)} ${does}`)
  .join('\n');

const USAGE = `npm run profile -- COMMAND --of FUNCTION | --bench NAME | --pid PID | --inspect HOST:PORT

${list}

  --of       the busiest process of a function that runs on this machine: npm start, a load test
  --bench    the functions that a benchmark hosts, and the benchmark's own process
  --pid      any Node process of this machine
  --inspect  an inspector that is open already, on this machine or at a tunnel's end
  --seconds  how long; of a benchmark's processes until they end, if left out
  --every    seconds between two looks: growth, loop, gc, leaks, watch
  --rounds   of the benchmark, 1 if left out`;

const wrong = (what: string): UserError => new UserError(`${what}\n\n${USAGE}`);

const TEXT = { type: 'string' } as const;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** A benchmark's process is looked at when it is warm; after that it may end at any time. */
const WARM_SECONDS = 5;

/** Reads the command line. @throws UserError that tells what is possible */
export function readOptions(args: string[]): Options {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        of: TEXT,
        bench: TEXT,
        pid: TEXT,
        inspect: TEXT,
        seconds: TEXT,
        every: TEXT,
        rounds: TEXT,
      },
    });
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [command, ...more] = positionals;
  if (command === undefined || more.length > 0) throw wrong('Name one command.');
  if (!isCommand(command)) throw wrong(`There is no command ${command}.`);
  const known: { seconds?: number; every: number; isRepeated: boolean } = COMMANDS[command];
  if (values.every !== undefined && !known.isRepeated) {
    throw wrong(`${command} looks once; --every is for what looks at intervals.`);
  }
  if (values.seconds !== undefined && command === 'leaks') {
    throw wrong('leaks takes three snapshots; say with --every how far apart.');
  }
  if (values.rounds !== undefined && values.bench === undefined) {
    throw wrong('--rounds is for --bench.');
  }
  const subject = subjectOf(values);
  const every = values.every === undefined ? known.every : secondsOf('every', values.every);
  const seconds =
    values.seconds === undefined
      ? lengthOf(command, subject, known)
      : secondsOf('seconds', values.seconds);
  if (known.isRepeated && command !== 'leaks' && seconds !== undefined && seconds < every) {
    throw wrong(`In ${seconds} s there is no look, with one each ${every} s.`);
  }
  return { command, subject, seconds, every };
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

function lengthOf(
  command: CommandName,
  { kind }: Subject,
  { seconds }: { seconds?: number },
): number | undefined {
  if (kind !== 'benchmark') return seconds;
  return command === 'heap' ? WARM_SECONDS : undefined;
}

type Values = Partial<Record<'of' | 'bench' | 'pid' | 'inspect' | 'rounds', string>>;

function subjectOf({ of, bench, pid, inspect, rounds = '1' }: Values): Subject {
  const given = [of, bench, pid, inspect].filter((value) => value !== undefined);
  if (given.length !== 1)
    throw wrong('Say what to profile: one of --of, --bench, --pid, --inspect.');
  if (of !== undefined) {
    if (!/^[\w.-]{1,80}$/.test(of)) throw wrong(`--of takes a function's name, not "${of}".`);
    return { kind: 'function', name: of };
  }
  if (bench !== undefined) {
    if (!Object.hasOwn(BENCHMARKS, bench)) {
      throw wrong(`--bench takes one of ${Object.keys(BENCHMARKS).join(', ')}, not "${bench}".`);
    }
    return { kind: 'benchmark', name: bench, rounds: wholeOf('rounds', rounds) };
  }
  if (pid !== undefined) return { kind: 'process', pid: wholeOf('pid', pid) };
  return { kind: 'inspector', ...addressOf(inspect ?? '') };
}

/** The protocol gives whoever speaks it the whole process, in clear: it has to stay on the machine. */
function addressOf(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  const address = { host: host || '127.0.0.1', port: Number(port) };
  if (address.port < 1 || address.port > 65_535) {
    throw wrong(`--inspect takes HOST:PORT or PORT, not "${text}".`);
  }
  if (!LOOPBACK.test(address.host)) {
    throw wrong(
      `An inspector is not to be reached over a network, as at ${address.host}; ` +
        'make a tunnel (ssh -L) and name its end on this machine.',
    );
  }
  return address;
}

function wholeOf(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw wrong(`--${option} takes a whole number from 1 on, not "${text}".`);
}

const LEAST_SECONDS = 0.05;
const MOST_SECONDS = 86_400;

function secondsOf(option: string, text: string): number {
  const number = Number(text);
  if (number >= LEAST_SECONDS && number <= MOST_SECONDS) return number;
  throw wrong(
    `--${option} takes seconds, from ${LEAST_SECONDS} to ${MOST_SECONDS}, not "${text}".`,
  );
}
