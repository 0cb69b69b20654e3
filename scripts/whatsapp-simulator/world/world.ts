import { now } from '../clock.ts';
import { FaultBox } from '../faults.ts';
import { seeded } from '../random.ts';
import type { Random } from '../random.ts';
import type { PhoneNumber, SimulatorConfig, SimulatorStats } from '../types.ts';
import { deliver } from '../webhooks/delivery.ts';
import { Outbox } from '../webhooks/outbox.ts';
import { postSigned } from '../webhooks/post.ts';
import type { Target } from '../webhooks/post.ts';
import { pack } from '../webhooks/update.ts';
import type { Update } from '../webhooks/update.ts';
import { Customers } from './customers.ts';
import { MediaStore } from './media.ts';
import { PairLimiter } from './pair-limiter.ts';
import { SEED_NUMBERS } from './seeds.ts';
import type { SendLog } from './send-log.ts';
import { Templates } from './templates.ts';

/** Everything the simulated platform knows. A reset replaces it whole. */
export class World {
  config: SimulatorConfig;
  readonly numbers = new Map<string, PhoneNumber>(SEED_NUMBERS.map((each) => [each.id, each]));
  readonly templates = new Templates();
  readonly media = new MediaStore();
  readonly customers = new Customers();
  readonly pairs = new PairLimiter();
  readonly sends: SendLog;
  readonly faults: FaultBox;
  readonly outbox: Outbox;
  /** Decides shares and shuffles; faults have a source of their own. */
  readonly random: Random;
  readonly #counters: Omit<SimulatorStats, 'accepted' | 'webhooks'> = {
    reads: 0,
    rejectedByCode: {},
    cutBefore: 0,
    cutAfter: 0,
    httpErrors: 0,
  };

  constructor(config: SimulatorConfig, sends: SendLog) {
    this.config = config;
    this.sends = sends;
    this.random = seeded(config.seed);
    this.faults = new FaultBox(seeded(config.seed + 1));
    this.outbox = new Outbox({
      settings: () => this.config.webhooks,
      pack: (updates) =>
        Buffer.from(JSON.stringify(pack(updates, this.config.wabaId, this.numbers))),
      post: (body, stop) => postSigned(body, this.target(), 'valid', stop),
      random: this.random,
    });
  }

  /** Sends an update to the webhook, unless there is none or a fault is in the way. */
  notify(update: Update, afterMs = 0): void {
    if (this.config.webhookUrl !== '') deliver(update, afterMs, this);
  }

  target(): Target {
    const { webhookUrl, appSecret, webhooks } = this.config;
    return { url: webhookUrl, appSecret, timeoutMs: webhooks.timeoutMs };
  }

  count(what: 'reads' | 'cutBefore' | 'cutAfter' | 'httpErrors'): void {
    this.#counters[what]++;
  }

  countRejection(code: number): void {
    const { rejectedByCode } = this.#counters;
    rejectedByCode[code] = (rejectedByCode[code] ?? 0) + 1;
  }

  stats(): SimulatorStats {
    return { accepted: this.sends.total, ...this.#counters, webhooks: this.outbox.stats };
  }

  findMime(mediaId: string): string | undefined {
    return this.media.find(mediaId, now())?.mimeType;
  }
}
