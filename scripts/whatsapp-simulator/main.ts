// Runs the simulator alone: node scripts/whatsapp-simulator/main.ts [options], see USAGE.
import { parseArgs } from 'node:util';
import { DEFAULT_CONFIG } from './config.ts';
import { DEFAULT_JOURNAL, startSimulator } from './server.ts';
import type { ConfigPatch } from './types.ts';
import { SEED_NUMBERS } from './world/seeds.ts';

const DEFAULT_PORT = '8089';

const USAGE = `Simulates Meta's WhatsApp Cloud API on 127.0.0.1.

  --port N            default ${DEFAULT_PORT}; 0 = any free port
  --webhook URL       where webhooks go; default ${DEFAULT_CONFIG.webhookUrl}
  --app-secret TEXT   signs the webhooks; default ${DEFAULT_CONFIG.appSecret}
  --verify-token TEXT default ${DEFAULT_CONFIG.verifyToken}
  --token TEXT        the bearer token; default ${DEFAULT_CONFIG.token}
  --journal FILE      accepted sends as JSON lines; default ${DEFAULT_JOURNAL}
  --seed N            seed of all randomness; default ${DEFAULT_CONFIG.seed}
  --json              print the address as a line of JSON on stdout
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: DEFAULT_PORT },
    webhook: { type: 'string' },
    'app-secret': { type: 'string' },
    'verify-token': { type: 'string' },
    token: { type: 'string' },
    journal: { type: 'string', default: DEFAULT_JOURNAL },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await run().catch(fail);

async function run(): Promise<void> {
  const config = configFromFlags();
  const { url, port, close } = await startSimulator({
    port: Number(values.port),
    journal: values.journal,
    config,
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().then(() => process.exit(0)));
  }

  const webhookUrl = config.webhookUrl ?? DEFAULT_CONFIG.webhookUrl;
  const readable = `WhatsApp simulator on ${url}, webhooks to ${webhookUrl}\n`;
  if (!values.json) {
    process.stdout.write(readable);
    return;
  }
  process.stderr.write(readable);
  const phoneNumberIds = SEED_NUMBERS.map((each) => each.id);
  const { wabaId } = DEFAULT_CONFIG;
  const line = { url, port, pid: process.pid, webhookUrl, wabaId, phoneNumberIds };
  process.stdout.write(`${JSON.stringify({ ...line, journal: values.journal })}\n`);
}

/** One clear line instead of a stack: mostly the port is taken. */
function fail(error: unknown): void {
  process.stderr.write(`The simulator cannot start: ${String(error)}\n`);
  process.exitCode = 1;
}

function configFromFlags(): ConfigPatch {
  const { webhook, token, seed } = values;
  return {
    ...(webhook !== undefined && { webhookUrl: webhook }),
    ...(values['app-secret'] !== undefined && { appSecret: values['app-secret'] }),
    ...(values['verify-token'] !== undefined && { verifyToken: values['verify-token'] }),
    ...(token !== undefined && { token }),
    ...(seed !== undefined && { seed: Number(seed) }),
  };
}
