import type { SimulatorClient } from '../../scripts/whatsapp-simulator/client.ts';

/** A backend under load. */
export interface Backend {
  /** Where a deployed function is reached, by its name (`messages-send`). */
  url(name: string): string;
  /** Signs its webhooks. */
  appSecret: string;
  channelId: string;
  /** The WhatsApp that it sends to. */
  simulator: SimulatorClient;
  /** An ID token of a member; renewed before it is too old. */
  token(): Promise<string>;
  /** Whether its schedules, triggers and metrics are this process's to run and to read. */
  isLocal: boolean;
  /** Brings the figures up to date, or waits a little until the backend has. */
  refreshFigures(): Promise<void>;
  stop(): Promise<void>;
}
