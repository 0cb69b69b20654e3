import { mergeConfig } from './config.ts';
import type { ConfigPatch, SimulatorConfig } from './types.ts';
import type { Journal } from './world/journal.ts';
import { SendLog } from './world/send-log.ts';
import { World } from './world/world.ts';

/** The world that is, and the way to a new one. */
export class Simulator {
  world: World;
  readonly #initial: SimulatorConfig;
  readonly #journal: Journal;

  constructor(initial: SimulatorConfig, journal: Journal, sends: SendLog) {
    this.#initial = initial;
    this.#journal = journal;
    this.world = new World(initial, sends);
  }

  /** Forgets everything: state, faults, counters, journal, and changes of the configuration. */
  reset(patch: ConfigPatch): void {
    const config = mergeConfig(this.#initial, patch);
    this.world.outbox.stop();
    this.#journal.truncate();
    this.world = new World(config, new SendLog(this.#journal));
  }

  close(): void {
    this.world.outbox.stop();
    this.#journal.close();
  }
}
