import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { startSimulator } from '../../../scripts/whatsapp-simulator/server.ts';
import type { ConfigPatch } from '../../../scripts/whatsapp-simulator/types.ts';

/** Starts a WhatsApp of its own for a test file and points the code under test to it. */
export async function useSimulator(
  webhookUrl: string,
  config: ConfigPatch = {},
): Promise<SimulatorClient> {
  const folder = mkdtempSync(join(tmpdir(), 'recado-'));
  const simulator = await startSimulator({
    port: 0,
    journal: join(folder, 'journal.jsonl'),
    config: { webhookUrl, pairLimit: { enabled: false }, ...config },
  });
  process.env['GRAPH_BASE'] = simulator.url;
  afterAll(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return new SimulatorClient(simulator.url);
}
