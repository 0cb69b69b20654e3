import type { Options } from '../options.ts';
import { allSends } from '../prepare.ts';
import type { Listeners } from '../realtime/listeners.ts';
import type { Recorder } from '../recorder.ts';
import type { World } from '../scenarios/types.ts';
import { machine } from '../../scripts/bench/table.ts';
import type { Check } from './check.ts';
import { checkCounts, checkFigures, checkLedger, figuresOf, find } from './correctness.ts';
import { countAll } from './documents.ts';
import { checkListeners, realtimeOf } from './realtime.ts';
import type { Result } from './result.ts';
import { settleFigures, settleListeners, settleQueue } from './settled.ts';
import { readFlushes, telemetryOf } from './telemetry.ts';
import { checkThresholds } from './thresholds.ts';

/** A run that is over. */
export interface Ran {
  world: World;
  recorder: Recorder;
  listeners: Listeners | undefined;
  /** When the load began, epoch ms. */
  at: number;
}

/** Waits until the backend has done its work, then holds it against what was done and the limits. */
export async function judge(ran: Ran, options: Options): Promise<Result> {
  const { world, recorder, listeners, at } = ran;
  const { ledger, backend } = world;
  await settleQueue(world);
  const seen = listeners ? await settleListeners(world, listeners) : [];
  const found = await find(ledger, await allSends(world));
  const documents = figuresOf(found);
  const correctness: Check[] = [
    ...checkLedger(ledger, found),
    ...checkListeners(ledger, backend.channelId, seen),
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
    listeners: seen.length,
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
