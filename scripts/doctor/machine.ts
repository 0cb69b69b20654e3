import { missing, ok, skipped, type Check, type Finding } from './check.ts';

/** What the checks of this machine look at; tests put something else in its place. */
export interface Machine {
  nodeVersion: string;
  /** The first line that a program says; `undefined` where there is no such program. */
  firstLine(command: string, args: string[]): Promise<string | undefined>;
  /** Whether what is installed in a folder is what its lock file says. */
  installed(folder: string): boolean;
  /** Throws with the way to get one. */
  findJdk(): Promise<{ home: string; version: number }>;
  /** Where an emulator's program is: part of the Google Cloud CLI, downloaded, or nowhere. */
  emulator(name: 'firestore' | 'pubsub'): 'gcloud' | 'downloaded' | undefined;
  /** The default ports that something else has. */
  busyPorts(): Promise<number[]>;
}

export const machineChecks = (machine: Machine): Check[] => [
  { name: 'Node for the tools', run: () => judgeNode(machine.nodeVersion) },
  { name: 'npm', run: async () => judgeNpm(await machine.firstLine('npm', ['--version'])) },
  {
    name: 'dependencies',
    run: () => judgeDependencies(['.', 'functions'].filter((folder) => !machine.installed(folder))),
  },
  { name: 'JDK', run: () => judgeJdk(machine) },
  {
    name: 'Firestore emulator',
    run: () => judgeEmulator('firestore', machine.emulator('firestore')),
  },
  { name: 'Pub/Sub emulator', run: () => judgeEmulator('pubsub', machine.emulator('pubsub')) },
  { name: 'ports', run: async () => judgePorts(await machine.busyPorts()) },
  {
    name: 'Redis',
    run: async () => judgeRedis(await machine.firstLine('redis-server', ['--version'])),
  },
];

/** Scripts run on the Node of the `node` package, whatever the machine has. */
export function judgeNode(version: string): Finding {
  if (majorOf(version) >= 24) return ok(version);
  return missing(`${version}; the scripts need 24 or newer`, 'npm ci   (installs it)');
}

export function judgeNpm(version: string | undefined): Finding {
  const mend = 'npm install --global npm@latest';
  if (version === undefined) return missing('not found', mend);
  return majorOf(version) >= 10 ? ok(version) : missing(`${version}; 10 or newer is needed`, mend);
}

export function judgeDependencies(stale: string[]): Finding {
  if (stale.length === 0) return ok('installed as the lock files say');
  const commands = stale.map((folder) => (folder === '.' ? 'npm ci' : `npm ci --prefix ${folder}`));
  return missing(`not as the lock file says in ${stale.join(', ')}`, commands.join('\n'));
}

async function judgeJdk(machine: Machine): Promise<Finding> {
  try {
    const { version, home } = await machine.findJdk();
    return ok(`${version} in ${home}`);
  } catch (error) {
    const [detail = '', ...mend] = (error as Error).message.split('\n');
    return missing(detail, mend.join('\n'));
  }
}

const NAMES = { firestore: 'cloud-firestore-emulator', pubsub: 'pubsub-emulator' } as const;

export function judgeEmulator(
  name: 'firestore' | 'pubsub',
  found: ReturnType<Machine['emulator']>,
): Finding {
  if (found === 'gcloud') return ok('the one of the Google Cloud CLI');
  if (found === 'downloaded') return ok('downloaded by firebase-tools');
  return skipped(
    'will be downloaded at the first start, which needs internet',
    `npx firebase setup:emulators:${name}   or   gcloud components install ${NAMES[name]}`,
  );
}

export function judgePorts(busy: number[]): Finding {
  if (busy.length === 0) return ok('the defaults are free');
  return ok(`${busy.join(', ')} in use; the next start takes others instead`);
}

export function judgeRedis(version: string | undefined): Finding {
  const number = /v=([\d.]+)/.exec(version ?? '')?.[1];
  if (number !== undefined) return ok(number);
  return skipped(
    'not found; everything works without it, with caches and limits per instance',
    'sudo apt-get install redis-server   or   brew install redis',
  );
}

const majorOf = (version: string): number => Number(/\d+/.exec(version)?.[0] ?? 0);
