import type { Options } from '../options.ts';
import type { Profile } from '../plan/phases.ts';
import { allSends } from '../prepare.ts';
import type { Listeners } from '../realtime/listeners.ts';
import type { Seen } from '../realtime/protocol.ts';
import { latencyOf, type Latency, type Recorder } from '../recorder.ts';
import type { World } from '../scenarios/types.ts';
import { emptyDistribution, record } from '../../functions/lib/shared/distribution.js';
import { machine } from '../../scripts/bench/table.ts';
import type { Check } from './check.ts';
import { checkCounts, checkFigures, checkLedger, figuresOf, find } from './correctness.ts';
import { countAll } from './documents.ts';
import type { Ledger } from './ledger.ts';
import type { Result } from './result.ts';
import { settleFigures, settleListeners, settleQueue } from './settled.ts';
import { readFlushes, telemetryOf } from './telemetry.ts';
import { checkThresholds } from './thresholds.ts';

/** A run that is over. */
export interface Ran {
  world: World;
  profile: Profile;
  recorder: Recorder;
  listeners: Listeners | undefined;
  /** When the load began, epoch ms. */
  at: number;
}

/** Waits until the backend has done its work, then holds it against what was done and the limits. */
export async function judge(ran: Ran, options: Options): Promise<Result> {
  const { world, profile, recorder, listeners, at } = ran;
  const { ledger, backend } = world;
  await settleQueue(world);
  const wanted = [...ledger.inbound.values()].filter(
    ({ customer, dueAt, taken }) =>
      customer < profile.listeners && dueAt >= at && taken === 'yes',
  ).length;
  const seen = listeners ? await settleListeners(listeners, wanted) : [];
  const found = await find(ledger, await allSends(world), seen);
  const documents = figuresOf(found);
  const correctness: Check[] = [
    ...checkLedger(ledger, found, { listened: listeners ? profile.listeners : 0, since: at }),
    ...(backend.isOwn
      ? [
          ...checkCounts(ledger, await countAll()),
          ...checkFigures(await settleFigures(world, documents), documents),
        ]
      : []),
  ];
  const telemetry = telemetryOf(await readFlushes(at));
  const measured = {
    families: recorder.families(),
    phases: recorder.phases(),
    realtime: realtimeOf(ledger, seen, at),
    telemetry,
  };
  const thresholds = checkThresholds(measured, options);
  const timeline = recorder.seconds();
  return {
    at,
    ...{ profile: options.profile, form: options.form, seed: options.seed },
    target: options.target ?? 'local',
    machine: machine(),
    listeners: listeners ? profile.listeners : 0,
    seconds: timeline.length,
    scenarios: recorder.scenarios(),
    ...measured,
    timeline,
    generator: recorder.generator(),
    reasons: recorder.reasons(),
    ...{ correctness, thresholds },
    ok: [...correctness, ...thresholds].every(({ ok }) => ok),
  };
}

/** From when a message's webhook was due until a listener showed it. */
function realtimeOf(
  { inbound }: Ledger,
  seen: readonly Seen[],
  since: number,
): Latency & { count: number } {
  const all = emptyDistribution();
  for (const { id, at } of seen) {
    const message = inbound.get(id);
    if (message && message.dueAt >= since) record(all, Math.max(0, at - message.dueAt) / 1_000);
  }
  return { ...latencyOf(all), count: all.count };
}
