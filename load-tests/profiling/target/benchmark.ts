import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startChild } from '../../../scripts/lib/child.ts';
import { ROOT, STATE } from '../../../scripts/lib/paths.ts';
import type { Target } from '../types.ts';
import { connect } from './session.ts';

const LOOK_MS = 20;

interface Announced {
  pid: number;
  name: string;
  url: string;
}

/**
 * Runs a benchmark and hands over each process of it that runs the product, as it starts. Resolves
 * with the benchmark's exit code when it and whatever was begun have ended.
 */
export async function profileBenchmark(
  name: string,
  rounds: number,
  { stop, say, begin }: Hooks,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'recado-profile-'));
  const bench = startChild(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      ...[join(ROOT, 'scripts', 'bench.ts'), name, '--rounds', String(rounds)],
    ],
    {
      environment: {
        NODE_OPTIONS: [process.env['NODE_OPTIONS'], `--require "${ANNOUNCE}"`].join(' ').trim(),
        RECADO_PROFILE_FOLDER: folder,
      },
      logFile: join(STATE, `profile-${name}.log`),
      onLine: (line) => {
        if (!INSPECTOR_TALK.test(line)) say(line);
      },
    },
  );
  const begun: Promise<void>[] = [];
  const names = new Map<string, number>();
  try {
    const ended = bench.ended.then((code) => code);
    for (;;) {
      for (const announced of takeAnnounced(folder)) {
        const count = (names.get(announced.name) ?? 0) + 1;
        names.set(announced.name, count);
        const own = `${name}-${announced.name}${count > 1 ? `-${count}` : ''}`;
        begun.push(attachTo(announced, own, say).then((target) => target && begin(target)));
      }
      const code = await Promise.race([ended, setTimeout(LOOK_MS)]);
      if (code === undefined && !stop.aborted) continue;
      await Promise.all(begun);
      if (code !== undefined) return code;
      await bench.stop();
      return 0;
    }
  } finally {
    await bench.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Hooks {
  /** Ends the benchmark. */
  stop: AbortSignal;
  say: (line: string) => void;
  /** Profiles a process, until it ends at the latest. Never rejects. */
  begin: (target: Target) => Promise<void>;
}

const ANNOUNCE = join(import.meta.dirname, 'announce.cjs');
/** What Node says on its own account. */
const INSPECTOR_TALK =
  /^(Debugger (listening|attached|ending)|For help, see: https:\/\/nodejs|Waiting for the debugger)/;

function takeAnnounced(folder: string): Announced[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const path = join(folder, file);
      const announced = JSON.parse(readFileSync(path, 'utf8')) as Announced;
      rmSync(path);
      return announced;
    });
}

async function attachTo(
  { url, pid }: Announced,
  name: string,
  say: (line: string) => void,
): Promise<Target | undefined> {
  try {
    const session = await connect(url);
    return { name, session, release: () => session.close() };
  } catch {
    say(`${name} (${pid}) had ended before it could be profiled.`);
    return undefined;
  }
}
