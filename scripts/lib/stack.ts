import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { build } from './build.ts';
import { choosePorts, PortTaken, startEmulators, type Emulators } from './emulators.ts';
import { UserError } from './fail.ts';
import { LOCAL, localParameters, localSecrets, writeLocalConfig } from './localConfig.ts';
import { startLocalRedis } from './localRedis.ts';
import { ROOT, STATE } from './paths.ts';
import { freePorts } from './ports.ts';
import { announceStack } from './stackFile.ts';

export interface Stack extends Omit<Emulators, 'child' | 'stop'> {
  simulatorUrl: string;
  functionsUrl: string;
  webhookUrl: string;
  /** Where Redis speaks REST; `undefined` where this machine has none. */
  redisUrl: string | undefined;
  /** Resolves when a part of it has ended by itself. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

interface Options {
  projectId: string;
  withFunctions: boolean;
  /** They are compiled already. */
  isBuilt?: boolean;
  /** More of the environment of the functions. */
  environment?: Record<string, string>;
  say?: (line: string) => void;
}

const TRIES = 3;

/** Builds the functions and starts the emulators, the WhatsApp simulator, and Redis where there is one. */
export async function startStack(options: Options): Promise<Stack> {
  if (!options.isBuilt) {
    options.say?.('Compiling the functions …');
    build();
  }
  // The emulator writes one by itself when a parameter is new while it runs.
  if (existsSync(join(ROOT, 'functions', '.env.local'))) {
    options.say?.('functions/.env.local overrides parameters of the local stack.');
  }
  for (let tried = 1; ; tried++) {
    try {
      return await tryToStart(options);
    } catch (error) {
      // Two stacks that start at once choose the same ports; by now the other one has them.
      if (!(error instanceof PortTaken) || tried === TRIES) throw error;
    }
  }
}

async function tryToStart({
  projectId,
  withFunctions,
  environment = {},
  say = () => undefined,
}: Options): Promise<Stack> {
  const ports = await choosePorts();
  const { simulator } = await freePorts({ simulator: 8089 });
  const simulatorUrl = `http://127.0.0.1:${simulator}`;
  const functionsUrl = `http://127.0.0.1:${ports.functions}/${projectId}/${LOCAL.region}`;
  const webhookUrl = `${functionsUrl}/whatsappWebhook`;

  say('Starting the WhatsApp simulator and the Firebase emulators (15–30 s) …');
  mkdirSync(STATE, { recursive: true });
  const redis = await startLocalRedis(say);
  const removeConfig = writeLocalConfig(projectId, simulatorUrl, redis?.url);
  const journal = join(STATE, `journal-${projectId}.jsonl`);
  rmSync(journal, { force: true });
  const simulatorChild = startChild(
    process.execPath,
    [
      join(ROOT, 'scripts', 'whatsapp-simulator', 'main.ts'),
      ...['--port', String(simulator), '--webhook', webhookUrl],
      ...['--app-secret', LOCAL.appSecret, '--token', LOCAL.token],
      ...['--journal', journal],
    ],
    { logFile: join(STATE, `simulator-${projectId}.log`) },
  );
  const emulators = await startEmulators(ports, {
    projectId,
    environment: { ...environment, RECADO_REGION: LOCAL.region },
    withFunctions,
  }).catch(async (error: unknown) => {
    await Promise.all([simulatorChild.stop(), redis?.stop()]);
    removeConfig();
    throw error;
  });

  const all = {
    ...emulators.environment,
    ...localParameters(simulatorUrl, redis?.url),
    ...localSecrets(),
    ...environment,
    RECADO_REGION: LOCAL.region,
  };
  const withdraw = announceStack(projectId, all);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    withdraw();
    return (stopping ??= Promise.all([simulatorChild.stop(), redis?.stop(), emulators.stop()]).then(
      removeConfig,
    ));
  };

  const healthy = await fetch(`${simulatorUrl}/_control/health`).then(
    (response) => response.ok,
    () => false,
  );
  if (!healthy) {
    await stop();
    throw new UserError(`The WhatsApp simulator did not start:\n\n${simulatorChild.tail()}`);
  }
  return {
    ...emulators,
    environment: all,
    simulatorUrl,
    functionsUrl,
    webhookUrl,
    redisUrl: redis?.url,
    broken: Promise.race([
      emulators.child.ended.then(() => `The emulators ended.\n${emulators.child.tail()}`),
      simulatorChild.ended.then(() => `The simulator ended.\n${simulatorChild.tail()}`),
    ]),
    stop,
  };
}

/** Stops the stack on Ctrl-C or an order to end, then leaves. */
export function stopOnSignals(stack: { stop(): Promise<void> }): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      void stack.stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
    });
  }
}
