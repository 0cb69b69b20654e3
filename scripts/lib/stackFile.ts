import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATE } from './paths.ts';

/** What a running stack tells other commands: how to reach it. */
interface StackFile {
  pid: number;
  environment: Record<string, string>;
}

const fileOf = (projectId: string): string => join(STATE, `stack-${projectId}.json`);

/** Tells how a stack of this process is reached; gives what takes it back. */
export function announceStack(projectId: string, environment: Record<string, string>): () => void {
  const file = fileOf(projectId);
  const content: StackFile = { pid: process.pid, environment };
  mkdirSync(STATE, { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  return () => {
    // Another stack of the project may have taken its place.
    if (read(projectId)?.pid === process.pid) rmSync(file, { force: true });
  };
}

/** The environment of a project's stack, if one runs on this machine. */
export function runningStack(projectId: string): Record<string, string> | undefined {
  const found = read(projectId);
  return found && isRunning(found.pid) ? found.environment : undefined;
}

function read(projectId: string): StackFile | undefined {
  const file = fileOf(projectId);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StackFile) : undefined;
}

/** One that was killed could not take its file back. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
