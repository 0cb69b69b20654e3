// Runs a command and makes sure that nothing of it is left: `node supervisor.mjs COMMAND ARG…`.
// Its standard input is a pipe held by whoever started it. When that ends, because the other side
// closed it or died in whatever way, the command and all that it started are ended too.
import { execFile, spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
const GRACE_MS = 12_000;
const SNAPSHOT_MS = 1_000;

// A group of its own: Ctrl-C in the terminal must not reach it before its owner decides.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
/** Everything ever seen below the child, by process id, with its start time. */
const family = new Map();
let ending = false;

const snapshots = setInterval(() => void snapshot(), SNAPSHOT_MS);
child.on('exit', (code, signal) => void finish(code ?? (signal ? 1 : 0)));
child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
process.stdin.resume();
process.stdin.on('end', () => void end());
process.stdin.on('error', () => void end());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());

async function end() {
  if (ending) return;
  ending = true;
  await snapshot();
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
}

async function finish(code) {
  clearInterval(snapshots);
  // Programs that detach themselves survive their parent; they are known from the snapshots.
  const running = await processes();
  for (const [pid, started] of family) {
    if (running.get(pid)?.started === started) kill(pid);
  }
  process.exit(code);
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/** Adds the child's descendants of this moment to the family. */
async function snapshot() {
  const all = await processes();
  const known = new Set([child.pid]);
  for (let size = 0; size !== known.size;) {
    size = known.size;
    for (const [pid, { parent, started }] of all) {
      if (!known.has(parent) || pid === child.pid) continue;
      known.add(pid);
      family.set(pid, started);
    }
  }
}

/** Every process of the machine: parent and start time by id. The time tells a reused id apart. */
function processes() {
  return new Promise((resolve) => {
    execFile('ps', ['-A', '-o', 'pid=,ppid=,lstart='], (error, output) => {
      const rows = error ? [] : output.trim().split('\n');
      resolve(
        new Map(
          rows.map((row) => {
            const [pid, parent, ...started] = row.trim().split(/\s+/);
            return [Number(pid), { parent: Number(parent), started: started.join(' ') }];
          }),
        ),
      );
    });
  });
}
