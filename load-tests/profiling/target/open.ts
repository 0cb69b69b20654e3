import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../../../scripts/lib/fail.ts';
import type { Target } from '../types.ts';
import { listeningPorts } from './ports.ts';
import { connect } from './session.ts';

const DEFAULT_PORT = 9229;
const TIMEOUT_MS = 3_000;
const CLOSE_AFTER_MS = 250;
/** In Linux's mask of the signals that a process catches. */
const SIGUSR1_BIT = 1n << 9n;

/** Attaches to an inspector that listens already. @throws UserError */
export async function attach(host: string, port: number, name: string): Promise<Target> {
  const session = await connect(await webSocketOf(host, port)).catch(() => {
    throw new UserError(`The inspector at ${host}:${port} closed the connection.`);
  });
  return { name, session, release: () => session.close() };
}

/**
 * Opens the inspector of a running Node process of this machine by SIGUSR1, and attaches to it.
 * When it is released, the inspector is closed again. @throws UserError that says what is in the way
 */
export async function openByPid(pid: number, name: string): Promise<Target> {
  assertNode(pid);
  const before = new Set(listeningPorts(pid));
  process.kill(pid, 'SIGUSR1');
  const port = await until(() => portsOf(pid).find((each) => !before.has(each)));
  if (port === undefined) throw new UserError(await whyClosed(pid, [...before]));
  const target = await attach('127.0.0.1', port, name);
  const { session } = target;
  return {
    ...target,
    async release() {
      // Node 24 may crash when it is closed in the moment in which a connection to it ends.
      const close = `void setTimeout(() => process.getBuiltinModule('node:inspector').close(), ${CLOSE_AFTER_MS})`;
      await session.evaluate(close).catch(() => undefined);
      await session.close();
      await until(() => !isListening(pid, port));
    },
  };
}

/** A program that does not expect SIGUSR1 would be ended by it. */
function assertNode(pid: number): void {
  if (pid === process.pid) throw new UserError(`${pid} is this command itself.`);
  try {
    process.kill(pid, 0);
  } catch (error) {
    throw new UserError(
      (error as NodeJS.ErrnoException).code === 'EPERM'
        ? `Process ${pid} is another user's; profile it as that one.`
        : `There is no process ${pid}.`,
    );
  }
  if (!catchesSignal(pid)) {
    throw new UserError(
      `Process ${pid} is no Node process whose inspector can be opened while it runs.`,
    );
  }
}

function catchesSignal(pid: number): boolean {
  if (process.platform !== 'linux') {
    const args = ['-p', String(pid), '-o', 'comm='];
    return /(^|\/)node$/.test(execFileSync('ps', args, { encoding: 'utf8' }).trim());
  }
  const isNode = /^(\S*\/)?node\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  const mask = /^SigCgt:\s*([\da-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return isNode && mask !== undefined && (BigInt(`0x${mask}`) & SIGUSR1_BIT) !== 0n;
}

const isListening = (pid: number, port: number): boolean => portsOf(pid).includes(port);

/** None of a process that has ended. */
function portsOf(pid: number): number[] {
  try {
    return listeningPorts(pid);
  } catch {
    return [];
  }
}

/** Asks until there is an answer; `undefined` where there is none in time. */
async function until<Answer>(ask: () => Answer | undefined | false): Promise<Answer | undefined> {
  const end = Date.now() + TIMEOUT_MS;
  while (Date.now() < end) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    await setTimeout(20);
  }
  return undefined;
}

/** Ports are not tried one by one: a request would call the function that listens there. */
async function whyClosed(pid: number, ports: number[]): Promise<string> {
  const isTaken = !ports.includes(DEFAULT_PORT) && (await hasInspector(DEFAULT_PORT));
  if (isTaken) {
    return (
      `Process ${pid} could not open its inspector, because another one has port ${DEFAULT_PORT}. ` +
      `End that one, or start ${pid} with NODE_OPTIONS=--inspect-port=0, which takes a free port.`
    );
  }
  return (
    `Process ${pid} opened no inspector. ` +
    (ports.length > 0
      ? `If it is open already, name its port with --inspect; it listens on ${ports.join(', ')}.`
      : 'It may be too busy to, or handle SIGUSR1 itself.')
  );
}

const hasInspector = (port: number): Promise<boolean> =>
  webSocketOf('127.0.0.1', port).then(
    () => true,
    () => false,
  );

async function webSocketOf(host: string, port: number): Promise<string> {
  try {
    const response = await fetch(`http://${host}:${port}/json/list`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const [first] = (await response.json()) as { webSocketDebuggerUrl: string }[];
    if (first) return first.webSocketDebuggerUrl;
  } catch {
    // Told below.
  }
  throw new UserError(
    `No inspector answers at ${host}:${port}; start the process with --inspect=${port}, or use --pid.`,
  );
}
