// Runs `scripts/NAME.ts` on Node 24, after installing whatever a fresh clone still lacks.
// Plain JavaScript without dependencies, because it runs on the machine's own Node (20 suffices).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, ...args] = process.argv.slice(2);

const script = join(root, 'scripts', `${name}.ts`);
if (!name || !existsSync(script)) fail(`There is no script named "${name ?? ''}".`);
if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node ${process.version} is too old to begin with; install Node 20 or newer.`);
}

for (const folder of ['.', 'functions']) installIfChanged(folder);
if (['load', 'bench', 'profile'].includes(name)) installIfChanged('load-tests');

const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const child = spawn(node, ['--disable-warning=ExperimentalWarning', script, ...args], {
  stdio: 'inherit',
  cwd: root,
  env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
});
// The terminal sends Ctrl-C to the whole group; the child decides when it is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

/** Installs a folder's dependencies when its lock file differs from the one installed last. */
function installIfChanged(folder) {
  const lock = readFileSync(join(root, folder, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = join(root, folder, 'node_modules', '.recado-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;

  process.stderr.write(
    `Installing the dependencies of ${folder === '.' ? 'the project' : folder}/ …\n`,
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Warnings about engines are expected: npm runs on the machine's Node, the project on Node 24.
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: join(root, folder),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status !== 0) fail(`npm ci failed in ${join(root, folder)}; see its message above.`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
