import { UserError } from '../../scripts/lib/fail.ts';
import { COMMANDS } from './commands.ts';
import { filesOf } from './files.ts';
import type { Options, Subject } from './options.ts';
import { profileBenchmark } from './target/benchmark.ts';
import { choose } from './target/function.ts';
import { attach, openByPid } from './target/open.ts';
import { functionProcesses } from './target/processes.ts';
import type { Command, Target } from './types.ts';

/** Runs a command; gives the exit code, 1 where memory grows that should not. Ctrl-C ends it early. */
export async function runProfile(options: Options): Promise<number> {
  const { command: name, subject } = options;
  const command: Command = await COMMANDS[name].load();
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // npm hands a signal on that came to the whole group already: it comes twice.
    process.on(signal, () => interrupted.abort());
  }
  const profile = (target: Target) => profileOne(command, target, options, interrupted.signal);
  if (subject.kind !== 'benchmark') return profile(await targetOf(subject));

  const codes: number[] = [];
  const code = await profileBenchmark(subject.name, subject.rounds, {
    stop: interrupted.signal,
    say: console.log,
    async begin(target) {
      // One that was killed has no profile; the others still have theirs.
      codes.push(
        await profile(target).catch((error: unknown) => {
          console.log(`\n${target.name}: ${(error as Error).message}`);
          return 0;
        }),
      );
    },
  });
  if (codes.length === 0) throw new UserError(`${subject.name} hosts no function to profile.`);
  return Math.max(code, ...codes);
}

/** Profiles a process and prints what came of it. */
async function profileOne(
  command: Command,
  target: Target,
  { command: name, subject, seconds, every }: Options,
  interrupted: AbortSignal,
): Promise<number> {
  const files = filesOf(target.name, name, Date.now());
  try {
    console.log(
      `${name} of ${target.name}${seconds ? `, ${seconds} s` : ''}; Ctrl-C ends it early.`,
    );
    const outcome = await command({
      target,
      seconds,
      every,
      stop: AbortSignal.any([interrupted, target.session.ending]),
      // Of a benchmark several processes tell at once.
      say: (line) =>
        console.log(`  ${subject.kind === 'benchmark' ? `${target.name}: ` : ''}${line}`),
      file: files.file,
    });
    files.keep(outcome);
    console.log(`\n${name} of ${target.name}: ${outcome.text}`);
    console.log(`\nWritten: ${files.written().join(', ')}`);
    return outcome.isBad ? 1 : 0;
  } finally {
    await target.release();
  }
}

async function targetOf(subject: Exclude<Subject, { kind: 'benchmark' }>): Promise<Target> {
  switch (subject.kind) {
    case 'inspector':
      return attach(subject.host, subject.port, `inspector-${subject.port}`);
    case 'process':
      return openByPid(subject.pid, `pid-${subject.pid}`);
    case 'function': {
      const { chosen, others } = choose(functionProcesses(), subject.name);
      if (others.length > 0) {
        console.log(
          `${others.length + 1} processes of ${chosen.target} run; this is the busiest. ` +
            `The others, for --pid: ${others.map(({ pid }) => pid).join(', ')}`,
        );
      }
      return openByPid(chosen.pid, chosen.target);
    }
  }
}
