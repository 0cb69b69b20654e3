import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

export type Answer<T> = { ok: true; result: T } | { ok: false; error: string };

/** The Firebase command line, asked for something. */
export interface FirebaseCli {
  /** The result of a command that knows `--json`. */
  json<T>(args: string[]): Promise<Answer<T>>;
  /** What a command prints. */
  text(args: string[]): Promise<Answer<string>>;
}

/** The environment in which `firebase` is found: the first on PATH, else the project's own. */
export const firebaseEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: [process.env['PATH'] ?? '', join(ROOT, 'node_modules', '.bin')].join(delimiter),
  FIREBASE_CLI_DISABLE_UPDATE_CHECK: 'true',
});

/** A cold command takes seconds; one that waits for a person never ends. */
const TIMEOUT_MS = 120_000;

export const firebaseCli: FirebaseCli = {
  async json<T>(args: string[]): Promise<Answer<T>> {
    const { stdout, stderr } = await ask([...args, '--json']);
    const parsed = parseAnswer<T>(stdout);
    return parsed ?? { ok: false, error: lastLine(stderr || stdout) };
  },
  async text(args) {
    const { code, stdout, stderr } = await ask(args);
    return code === 0
      ? { ok: true, result: stdout }
      : { ok: false, error: lastLine(stderr || stdout) };
  },
};

/** The JSON that a command printed, after whatever else it printed. */
export function parseAnswer<T>(stdout: string): Answer<T> | undefined {
  try {
    const { status, result, error } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
      status: string;
      result?: T;
      error?: string;
    };
    return status === 'success'
      ? { ok: true, result: result as T }
      : { ok: false, error: error ?? 'no reason given' };
  } catch {
    return undefined;
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/**
 * Runs a command in a folder of its own: while it runs, firebase-tools keeps a log of everything
 * there, secrets that it fetches included.
 */
async function ask(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'recado-firebase-'));
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn('firebase', [...args, '--non-interactive'], {
        cwd: folder,
        env: firebaseEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TIMEOUT_MS,
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
