import type { SimulatorClient } from '../../scripts/whatsapp-simulator/client.ts';
import type { ListenersConfig } from '../realtime/protocol.ts';

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
  /** How apps of the team reach its project. */
  app(): Promise<Pick<ListenersConfig, 'projectId' | 'apiKey' | 'emulators' | 'member'>>;
  /** Nobody else uses it: whatever is in it comes from this run. */
  isOwn: boolean;
  /** Brings the figures up to date where nothing else does. */
  refreshFigures(): Promise<void>;
  stop(): Promise<void>;
}
