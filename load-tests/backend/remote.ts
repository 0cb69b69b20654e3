import { LOCAL } from '../../scripts/lib/localConfig.ts';
import { UserError } from '../../scripts/lib/fail.ts';
import { useProject } from '../../scripts/lib/remote.ts';
import { seed } from '../../scripts/lib/seed.ts';
import { SimulatorClient } from '../../scripts/whatsapp-simulator/client.ts';
import { customToken, passwordTokenSource, tokenSource } from './token.ts';
import { projectOf } from './target.ts';
import type { Backend } from './types.ts';

/** What a deployed backend is reached with; a local stack that runs needs none of it. */
const SETTINGS = {
  RECADO_LOAD_SIMULATOR: 'the address of the simulator that is its GRAPH_BASE',
  RECADO_LOAD_APP_SECRET: 'its WHATSAPP_APP_SECRET, to sign webhooks',
  RECADO_LOAD_CHANNEL: 'the id of a channel that is connected',
  RECADO_LOAD_API_KEY: "the Firebase project's web API key",
  RECADO_LOAD_EMAIL: 'the address of a supervisor',
  RECADO_LOAD_PASSWORD: 'the password of that supervisor',
} as const;

/**
 * Uses functions that run already. They have to send to a simulator: a load test writes to people
 * who never asked for it.
 */
export async function connectTo(target: string): Promise<Backend> {
  const projectId = projectOf(target);
  useProject(projectId);
  const access = projectId.startsWith('demo-') ? await localAccess() : deployedAccess(projectId);
  const { simulator } = access;
  await simulator.health().catch(() => {
    throw new UserError('The simulator does not answer; a load test sends to nothing else.');
  });
  const { pairLimit, enforceWindow } = await simulator.config();
  await simulator.config({ pairLimit: { enabled: false }, enforceWindow: false });
  return {
    url: (name) => `${target}/${name}`,
    ...access,
    isOwn: false,
    refreshFigures: () => Promise.resolve(),
    async stop() {
      await simulator.config({ pairLimit, enforceWindow });
    },
  };
}

type Access = Pick<Backend, 'appSecret' | 'channelId' | 'simulator' | 'token' | 'app'>;

function deployedAccess(projectId: string): Access {
  const missing = Object.entries(SETTINGS).filter(([name]) => !process.env[name]);
  if (missing.length > 0) {
    const lines = missing.map(([name, meaning]) => `  ${name}: ${meaning}`);
    throw new UserError(`Set these environment variables:\n${lines.join('\n')}`);
  }
  const setting = (name: keyof typeof SETTINGS): string => process.env[name] as string;
  const apiKey = setting('RECADO_LOAD_API_KEY');
  const member = {
    email: setting('RECADO_LOAD_EMAIL'),
    password: setting('RECADO_LOAD_PASSWORD'),
  };
  return {
    appSecret: setting('RECADO_LOAD_APP_SECRET'),
    channelId: setting('RECADO_LOAD_CHANNEL'),
    simulator: new SimulatorClient(setting('RECADO_LOAD_SIMULATOR')),
    token: passwordTokenSource(apiKey, member.email, member.password),
    app: () => Promise.resolve({ projectId, apiKey, member }),
  };
}

/** A local stack's: its environment was taken over by `useProject`. */
async function localAccess(): Promise<Access> {
  const { FIREBASE_AUTH_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST, GCLOUD_PROJECT, GRAPH_BASE } =
    process.env as Record<string, string>;
  const auth = FIREBASE_AUTH_EMULATOR_HOST ?? '';
  const { supervisor } = await seed();
  return {
    appSecret: LOCAL.appSecret,
    channelId: LOCAL.channelId,
    simulator: new SimulatorClient(GRAPH_BASE ?? ''),
    token: tokenSource(auth, supervisor),
    app: async () => ({
      projectId: GCLOUD_PROJECT ?? '',
      apiKey: 'local',
      emulators: { auth, firestore: FIRESTORE_EMULATOR_HOST ?? '' },
      member: { customToken: await customToken(supervisor) },
    }),
  };
}
