import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** In /proc/net/tcp. */
const LISTENING = '0A';

/** The TCP ports that a process of this user listens on. */
export const listeningPorts = (pid: number): number[] =>
  process.platform === 'linux' ? fromProc(pid) : fromLsof(pid);

function fromProc(pid: number): number[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // It was closed meanwhile.
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    parseTcp(readFileSync(`/proc/${pid}/net/${table}`, 'utf8'))
      .filter(({ inode }) => own.has(inode))
      .map(({ port }) => port),
  );
}

/** The listening sockets of a table of /proc/net. Pure. */
export const parseTcp = (table: string): { port: number; inode: string }[] =>
  table
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const port = parseInt(local.split(':')[1] ?? '', 16);
      return state === LISTENING ? { port, inode } : [];
    });

function fromLsof(pid: number): number[] {
  try {
    const args = ['-nP', '-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN', '-Fn'];
    return parseLsof(execFileSync('lsof', args, { encoding: 'utf8' }));
  } catch {
    // It says so by failing when there are none.
    return [];
  }
}

/** Reads `lsof -Fn`. Pure. */
export const parseLsof = (output: string): number[] =>
  output.split('\n').flatMap((line) => {
    const port = /^n.*:(\d+)$/.exec(line)?.[1];
    return port === undefined ? [] : Number(port);
  });
