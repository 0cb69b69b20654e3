import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const LIB = join(import.meta.dirname, '..', 'lib');

interface Loaded {
  /** Endpoints by target name. */
  endpoints: Record<string, Record<string, unknown>>;
  /** The entry modules that were loaded. */
  entries: string[];
}

/** Loads the compiled functions in a fresh process, as an instance does. */
async function load(target?: string, limitsSignIns = true): Promise<Loaded> {
  const script = `
    const index = require(${JSON.stringify(join(LIB, 'index.js'))});
    const endpoints = {};
    const visit = (name, value) => {
      if (value.__endpoint) endpoints[name] = value.__endpoint;
      else for (const [key, inner] of Object.entries(value)) visit(name ? name + '.' + key : key, inner);
    };
    visit('', index);
    const entries = Object.keys(require.cache)
      .map((file) => /lib[\\\\/]entry[\\\\/](callables|http|triggers|tasks|schedules)[\\\\/](\\w+)\\.js$/.exec(file)?.[2])
      .filter((name) => name);
    const plain = (key, value) => (typeof value === 'object' && value?.toCEL ? value.toCEL() : value);
    console.log(JSON.stringify({ endpoints, entries }, plain));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
    env: {
      PATH: process.env['PATH'],
      GCLOUD_PROJECT: 'demo-endpoints',
      RECADO_SIGN_IN_LIMIT: String(limitsSignIns),
      ...(target ? { FUNCTION_TARGET: target } : {}),
    },
  });
  return JSON.parse(stdout) as Loaded;
}

const all = await load();

describe('the deployed functions', () => {
  it('are these, with these endpoints', async () => {
    await expect(`${JSON.stringify(all.endpoints, null, 2)}\n`).toMatchFileSnapshot(
      'endpoints.snapshot.json',
    );
  });

  it.each(Object.keys(all.endpoints))(
    '%s loads by its name, and nothing else does',
    async (target) => {
      const alone = await load(target);
      expect(alone.endpoints).toEqual({ [target]: all.endpoints[target] });
      // A queue's module shares its definition with the other queues.
      const own = alone.entries.filter((name) => name !== 'queue');
      expect(own).toEqual([
        target
          .replace(/\.(\w)/, (_, letter: string) => letter.toUpperCase())
          .replace(/^schedules\w/, (m) => m.at(-1)?.toLowerCase() ?? ''),
      ]);
    },
  );

  it('have no blocking function unless asked for: projects without Identity Platform take none', async () => {
    const { endpoints } = await load(undefined, false);
    const missing = Object.keys(all.endpoints).filter((name) => !(name in endpoints));
    expect(missing).toEqual(['auth.beforeSignIn']);
  });

  it('hold the secrets that they need, and no other', () => {
    const secretsOf = (name: string) =>
      ((all.endpoints[name]?.['secretEnvironmentVariables'] ?? []) as { key: string }[]).map(
        ({ key }) => key,
      );
    const holders = Object.keys(all.endpoints).filter((name) =>
      secretsOf(name).includes('WHATSAPP_TOKEN'),
    );
    expect(holders).toEqual([
      'queue.critical',
      'queue.normal',
      'queue.low',
      'conversations.markRead',
      'channels.connect',
      'campaigns.preflight',
      'campaigns.lane',
      'templates.sync',
      'deadLetters.replay',
      'schedules.hourly',
    ]);
    expect(secretsOf('whatsappWebhook')).toEqual(['WHATSAPP_APP_SECRET', 'WHATSAPP_VERIFY_TOKEN']);
  });
});
