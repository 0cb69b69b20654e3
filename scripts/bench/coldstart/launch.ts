import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localParameters, localSecrets } from '../../lib/localConfig.ts';
import { bin } from '../../lib/paths.ts';
import type { Kind } from './functions.ts';

/** A function, and where its code is. */
export interface Source {
  folder: string;
  target: string;
  kind: Kind;
}

export interface ModuleTime {
  own: number;
  inclusive: number;
  parent: string | null;
}

/** How a start went. */
export interface Ready {
  /** From the start of the process until it listens. */
  ms: number;
  /** Bytes in memory then. */
  rss: number;
  /** Files loaded by then. */
  loaded: string[];
  /** By file; empty unless asked for. */
  modules: Record<string, ModuleTime>;
}

/** Starts a function in its host until it is ready, as an instance does, and ends it. */
export async function launch(
  { folder, target, kind }: Source,
  environment: Record<string, string> = {},
): Promise<Ready> {
  const reports = mkdtempSync(join(tmpdir(), 'recado-start-'));
  const report = join(reports, 'ready.json');
  const isEvent = kind === 'firestore' || kind === 'pubsub';
  const child = spawn(
    process.execPath,
    [
      ...['--require', join(import.meta.dirname, 'probe.cjs'), bin('functions-framework')],
      ...['--source', folder, '--target', target, '--port', '0'],
      ...['--signature-type', isEvent ? 'cloudevent' : 'http'],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        ...localParameters('http://127.0.0.1:9'),
        ...localSecrets(),
        GCLOUD_PROJECT: 'demo-bench',
        NODE_ENV: 'production',
        FUNCTION_TARGET: target,
        RECADO_BENCH_REPORT: report,
        ...environment,
      },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  await new Promise((resolve) => child.once('close', resolve));
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as Ready;
  } catch (cause) {
    throw new Error(`${target} did not start:\n${output}`, { cause });
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}
