import { join } from 'node:path';
import { DEFAULT_CONFIG, mergeConfig } from './config.ts';
import { controlApi } from './control/api.ts';
import { graphApi } from './graph/api.ts';
import { listen } from './http/listen.ts';
import { Simulator } from './simulator.ts';
import type { ConfigPatch } from './types.ts';
import { Journal } from './world/journal.ts';
import { SendLog } from './world/send-log.ts';

/** The journal when nobody names one, under the working directory. */
export const DEFAULT_JOURNAL = join('.recado', 'whatsapp-simulator.jsonl');

export interface SimulatorOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Path of the journal; what it already holds is counted. */
  journal?: string;
  /** What differs from the default configuration; a reset comes back to it. */
  config?: ConfigPatch;
}

export interface RunningSimulator {
  /** `http://127.0.0.1:PORT`, the base of both the Graph API and the control API. */
  url: string;
  port: number;
  /** Forgets what is pending, cuts the connections and closes the journal. */
  close: () => Promise<void>;
}

/**
 * Starts a simulated WhatsApp Cloud API on the loopback interface.
 *
 * @example
 * const simulator = await startSimulator({ journal, config: { webhookUrl } });
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const config = mergeConfig(DEFAULT_CONFIG, options.config ?? {});
  const { journal, sends } = Journal.open(options.journal ?? DEFAULT_JOURNAL);
  const simulator = new Simulator(config, journal, new SendLog(journal, sends));

  const { server, port } = await listen(options.port ?? 0, (request) =>
    request.path.startsWith('/_control/')
      ? controlApi(simulator, request)
      : graphApi(simulator, request),
  );
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      simulator.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
