import { ControlError } from './control/error.ts';
import type { ConfigPatch, SimulatorConfig } from './types.ts';

/** What the simulator does when nobody says otherwise; limits are those of a standard number. */
export const DEFAULT_CONFIG: SimulatorConfig = {
  token: 'local-token',
  appSecret: 'local-app-secret',
  verifyToken: 'local-verify-token',
  wabaId: '200000000000001',
  webhookUrl: 'http://127.0.0.1:5001/demo-recado/europe-west1/whatsappWebhook',
  seed: 1,
  enforceWindow: true,
  throughput: { enabled: true, mps: 80 },
  pairLimit: { enabled: true, intervalMs: 6_000, burst: 45 },
  statuses: {
    sentMs: 20,
    deliveredMs: 50,
    readMs: 100,
    deliveredShare: 1,
    readShare: 1,
    failedShare: 0,
    failedCode: 131026,
  },
  webhooks: {
    maxBatch: 100,
    lingerMs: 20,
    maxInFlight: 32,
    retryBaseMs: 500,
    retryMaxMs: 60_000,
    maxTries: 12,
    timeoutMs: 20_000,
  },
  mediaUrlTtlMs: 5 * 60_000,
  undeliverable: [],
};

/** A new configuration; a name or a type that the configuration does not know is refused. */
export function mergeConfig(base: SimulatorConfig, patch: ConfigPatch): SimulatorConfig {
  return merge(base, patch, '') as SimulatorConfig;
}

function merge(base: unknown, patch: unknown, path: string): unknown {
  if (!isSection(base)) {
    if (typeof patch === typeof base && Array.isArray(patch) === Array.isArray(base)) return patch;
    throw new ControlError(400, `${path} must be of the same type as ${JSON.stringify(base)}.`);
  }
  if (!isSection(patch))
    throw new ControlError(400, `${path || 'The configuration'} is no object.`);

  const merged = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const inner = path ? `${path}.${name}` : name;
    if (!Object.hasOwn(base, name)) throw new ControlError(400, `There is no setting ${inner}.`);
    merged[name] = merge(base[name], value, inner);
  }
  return merged;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
