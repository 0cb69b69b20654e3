import { seeded } from '../scripts/whatsapp-simulator/random.ts';
import { startLocal } from './backend/local.ts';
import { closeConnections } from './http.ts';
import { runOpen } from './openModel.ts';
import type { Options } from './options.ts';
import { Ledger } from './outcome/ledger.ts';
import { timetableOf } from './plan/arrivals.ts';
import { profileOf, secondsOf } from './plan/phases.ts';
import { makeAccepted, openConversations } from './prepare.ts';
import { Recorder } from './recorder.ts';
import { jobsOf } from './scenarios/mix.ts';
import type { Accepted, World } from './scenarios/types.ts';

/** Runs a profile; gives the exit code. */
export async function runLoad(options: Options): Promise<number> {
  const { profile, form, seed } = options;
  const { phases, customers } = profileOf(profile, form);
  console.log(`${profile}, ${form} form: ${secondsOf(phases)} s of load, seed ${seed}`);
  const backend = await startLocal(console.log);
  try {
    let accepted: Accepted[] = [];
    let turn = 0;
    const world: World = {
      backend,
      ledger: new Ledger(),
      runId: Date.now().toString(36),
      customers,
      nextAccepted: (count) =>
        Array.from({ length: count }, () => accepted[turn++ % accepted.length] as Accepted),
    };
    console.log('Opening conversations …');
    await openConversations(world);
    accepted = await makeAccepted(world);
    const jobs = jobsOf(timetableOf(phases, seeded(seed)), world, seed + 1);
    console.log(`${jobs.length} arrivals …`);
    const recorder = new Recorder(phases);
    await runOpen(jobs, recorder);
    console.table(recorder.scenarios());
    console.table(recorder.phases());
    console.log(recorder.reasons(), recorder.generator());
    return 0;
  } finally {
    closeConnections();
    await backend.stop();
  }
}
