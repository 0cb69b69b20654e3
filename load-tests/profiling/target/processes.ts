import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/lib/paths.ts';

/** A Node process that runs one function: a worker of the emulator, or a host of its own. */
export interface FunctionProcess {
  pid: number;
  /** FUNCTION_TARGET: `whatsappWebhook`, `messages.send`. */
  target: string;
  /** The processor's time so far, in seconds. */
  cpuSeconds: number;
}

/** A process as the system tells of it; its environment follows its command or is in it. */
export interface Listed {
  pid: number;
  cpuSeconds: number;
  command: string;
  target: string | undefined;
}

const HOSTS = /functionsEmulatorRuntime|functions-framework/;
/** It has the command line and the environment of what it looks after. */
const SUPERVISOR = 'supervisor.mjs';

/** The processes among those listed that run a function of the project in a folder. Pure. */
export const functionsAmong = (listed: readonly Listed[], root: string): FunctionProcess[] =>
  listed.flatMap(({ pid, cpuSeconds, command, target }) =>
    target !== undefined &&
    HOSTS.test(command) &&
    // Another clone's functions have the same names.
    command.includes(join(root, 'node_modules')) &&
    !command.includes(SUPERVISOR)
      ? [{ pid, target, cpuSeconds }]
      : [],
  );

/** Every process of this project's functions on this machine that this user may look into. */
export const functionProcesses = (): FunctionProcess[] =>
  functionsAmong(process.platform === 'linux' ? fromProc() : fromPs(), ROOT);

/** Clock ticks a second: 100 on every Linux that Node supports. */
const TICKS = 100;

function fromProc(): Listed[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');
        const environment = read('environ').split('\0');
        // The name of the program, in parentheses, may have spaces.
        const [, stat = ''] = read('stat').split(/\) (?=[^)]*$)/);
        const fields = stat.split(' ');
        return {
          pid: Number(pid),
          cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
          command: read('cmdline').replaceAll('\0', ' '),
          target: environment
            .find((each) => each.startsWith('FUNCTION_TARGET='))
            ?.replace(/^[^=]*=/, ''),
        };
      } catch {
        // It has ended, or is somebody else's.
        return [];
      }
    });
}

const fromPs = (): Listed[] =>
  parsePs(
    execFileSync('ps', ['-AEww', '-o', 'pid=,time=,command='], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  );

/** Reads lines of `ps`: id, processor's time, command with its environment behind it. Pure. */
export const parsePs = (output: string): Listed[] =>
  output.split('\n').flatMap((line) => {
    const [, pid, time, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || time === undefined || command === undefined) return [];
    return {
      pid: Number(pid),
      cpuSeconds: secondsOf(time),
      command,
      target: /\sFUNCTION_TARGET=(\S+)/.exec(command)?.[1],
    };
  });

/** `1:02.50`, `01:02:03`, `1-02:03:04`. */
function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
