import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startChild, type Child } from './child.ts';
import { emulatorBinaries } from './emulatorBinaries.ts';
import { UserError } from './fail.ts';
import { findJdk } from './java.ts';
import { bin, ROOT, STATE } from './paths.ts';
import { freePorts } from './ports.ts';

const EMULATORS = ['auth', 'functions', 'firestore', 'pubsub', 'tasks', 'eventarc'] as const;
const HELPERS = ['hub', 'logging'] as const;
type Ports = Record<
  (typeof EMULATORS)[number] | (typeof HELPERS)[number] | 'firestoreWebsocket',
  number
>;

/** A cold start takes 15–20 s; a slow machine and a first download take longer. */
const START_TIMEOUT_MS = 240_000;

export interface Emulators {
  projectId: string;
  ports: Ports;
  /** What points Firebase's libraries to the emulators. */
  environment: Record<string, string>;
  child: Child;
  stop(): Promise<void>;
}

interface Options {
  projectId: string;
  environment?: Record<string, string | undefined>;
  /** Without functions, the start is faster. */
  withFunctions: boolean;
}

/** The ports of a stack: those of firebase.json where they are free. */
export async function choosePorts(): Promise<Ports> {
  const { emulators } = JSON.parse(readFileSync(join(ROOT, 'firebase.json'), 'utf8')) as {
    emulators: Record<string, { port: number }>;
  };
  const wanted = Object.fromEntries(
    [...EMULATORS, ...HELPERS].map((name) => [name, emulators[name]?.port ?? 0]),
  );
  return freePorts({ ...wanted, firestoreWebsocket: 9150 } as Ports);
}

/** Another program took a port between its choice and its use. */
export class PortTaken extends UserError {}

/** As the emulators tell of it; one that cannot bind says no more than "unexpected". */
const TAKEN = /port taken|EADDRINUSE|An unexpected error has occurred/;

/** Starts the official emulators and waits until they are ready. @throws PortTaken */
export async function startEmulators(
  ports: Ports,
  { projectId, environment = {}, withFunctions }: Options,
): Promise<Emulators> {
  const jdk = await findJdk();
  const configuration = writeConfiguration(ports);
  const only = EMULATORS.filter((name) => withFunctions || name !== 'functions');
  const args = ['emulators:start', '--project', projectId, '--config', configuration];
  mkdirSync(STATE, { recursive: true });

  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const child = startChild(bin('firebase'), [...args, '--only', only.join(',')], {
    logFile: join(STATE, `emulators-${projectId}.log`),
    environment: {
      ...emulatorBinaries(),
      // A process each: with the emulator's own 50, triggers start more than a small machine bears.
      FUNCTIONS_EMULATOR_PARALLEL: '16',
      ...environment,
      JAVA_HOME: jdk.home,
      PATH: [join(ROOT, 'node_modules', '.bin'), join(jdk.home, 'bin'), process.env['PATH']].join(
        delimiter,
      ),
      // Google's libraries would look for a metadata server for seconds.
      METADATA_SERVER_DETECTION: 'none',
      FIREBASE_CLI_DISABLE_UPDATE_CHECK: 'true',
      CI: 'true',
      // A process whose inspector is opened while it runs (npm run profile) takes a free port.
      NODE_OPTIONS: [process.env['NODE_OPTIONS'], '--inspect-port=0'].join(' ').trim(),
    },
    onLine: (line) => {
      if (line.includes('All emulators ready')) ready();
    },
  });
  const stop = async (): Promise<void> => {
    await child.stop();
    rmSync(configuration, { force: true });
  };

  const outcome = await Promise.race([
    isReady.then(() => 'ready' as const),
    child.ended.then(() => 'ended' as const),
    new Promise<'late'>((resolve) => setTimeout(resolve, START_TIMEOUT_MS, 'late').unref()),
  ]);
  if (outcome !== 'ready') {
    await stop();
    const Failure = TAKEN.test(child.tail()) ? PortTaken : UserError;
    throw new Failure(
      `The Firebase emulators did not start. The last of what they said:\n\n${child.tail()}\n\n` +
        'They come with an installed Google Cloud CLI (gcloud components install ' +
        'cloud-firestore-emulator pubsub-emulator), else firebase-tools downloads them, which needs internet.',
    );
  }
  return { projectId, ports, environment: environmentOf(projectId, ports), child, stop };
}

/** firebase.json with this stack's ports. It has to lie beside the original: paths are relative. */
function writeConfiguration(ports: Ports): string {
  const configuration = JSON.parse(readFileSync(join(ROOT, 'firebase.json'), 'utf8')) as {
    functions: { predeploy?: unknown }[];
    emulators: Record<string, unknown>;
  };
  for (const codebase of configuration.functions) delete codebase.predeploy;
  for (const name of [...EMULATORS, ...HELPERS]) {
    configuration.emulators[name] = { host: '127.0.0.1', port: ports[name] };
  }
  configuration.emulators['firestore'] = {
    host: '127.0.0.1',
    port: ports.firestore,
    websocketPort: ports.firestoreWebsocket,
  };
  removeStale();
  const file = join(ROOT, `.firebase-${process.pid}.local.json`);
  writeFileSync(file, JSON.stringify(configuration));
  return file;
}

/** Removes what stacks left that crashed. */
function removeStale(): void {
  for (const name of readdirSync(ROOT)) {
    const pid = /^\.firebase-(\d+)\.local\.json$/.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) rmSync(join(ROOT, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const environmentOf = (projectId: string, ports: Ports): Record<string, string> => ({
  GCLOUD_PROJECT: projectId,
  FIRESTORE_EMULATOR_HOST: `127.0.0.1:${ports.firestore}`,
  FIREBASE_AUTH_EMULATOR_HOST: `127.0.0.1:${ports.auth}`,
  CLOUD_TASKS_EMULATOR_HOST: `127.0.0.1:${ports.tasks}`,
  PUBSUB_EMULATOR_HOST: `127.0.0.1:${ports.pubsub}`,
  METADATA_SERVER_DETECTION: 'none',
});
