import { seeded } from '../scripts/whatsapp-simulator/random.ts';
import { startLocal } from './backend/local.ts';
import { connectTo } from './backend/remote.ts';
import type { Backend } from './backend/types.ts';
import { closeConnections } from './http.ts';
import { runOpen } from './openModel.ts';
import type { Options } from './options.ts';
import { areComparable, compare } from './outcome/compare.ts';
import { judge, type Ran } from './outcome/judge.ts';
import { Ledger } from './outcome/ledger.ts';
import { timetableOf } from './plan/arrivals.ts';
import { profileOf, secondsOf, type Profile } from './plan/phases.ts';
import { makeAccepted, openConversations } from './prepare.ts';
import { openListeners, type Listeners } from './realtime/listeners.ts';
import { Recorder } from './recorder.ts';
import { lastResult, readBaseline, writeResult } from './report/files.ts';
import { pageOf } from './report/page.ts';
import { printResult } from './report/print.ts';
import { jobsOf } from './scenarios/mix.ts';
import type { Accepted, World } from './scenarios/types.ts';
import { conversationOf } from './world.ts';

/** Runs a profile, writes what came of it, and gives the exit code: 1 on any breach. */
export async function runLoad(options: Options): Promise<number> {
  const profile = profileOf(options.profile, options.form);
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  const { phases } = profile;
  console.log(
    `${options.profile}, ${options.form} form: ${secondsOf(phases)} s of load, seed ${options.seed}`,
  );
  const backend = options.target ? await connectTo(options.target) : await startLocal(console.log);
  let listeners: Listeners | undefined;
  try {
    const world = await prepare(backend, profile);
    console.log(`Opening ${profile.listeners} listeners …`);
    listeners = await listenTo(backend, profile);
    const ran = { ...(await apply(world, profile, options.seed)), listeners };
    console.log('Waiting until everything is done, then checking it …');
    const result = await judge(ran, options);

    const last = lastResult(result);
    const comparisons = [
      ...(last ? [{ title: 'the last run', rows: compare(result, last), isBinding: false }] : []),
      ...(baseline && areComparable(result, baseline)
        ? [
            {
              title: `baseline ${options.baseline}`,
              rows: compare(result, baseline),
              isBinding: true,
            },
          ]
        : []),
    ];
    const isWorse = comparisons.some(
      ({ rows, isBinding }) => isBinding && rows.some((row) => row.isWorse),
    );
    const files = writeResult(result, pageOf(result, comparisons), options.saveBaseline);
    printResult(result, comparisons, files);
    return result.ok && !isWorse ? 0 : 1;
  } finally {
    closeConnections();
    await listeners?.stop();
    await backend.stop();
  }
}

/** Makes what the scenarios need: conversations, and messages to tell statuses of. */
async function prepare(backend: Backend, { customers }: Profile): Promise<World> {
  let accepted: Accepted[] = [];
  let turn = 0;
  const world: World = {
    backend,
    customers,
    ledger: new Ledger(),
    runId: Date.now().toString(36),
    nextAccepted: (count) =>
      Array.from({ length: count }, () => accepted[turn++ % accepted.length] as Accepted),
  };
  console.log(`Opening conversations with ${customers} customers …`);
  await openConversations(world);
  accepted = await makeAccepted(world);
  return world;
}

async function listenTo(backend: Backend, { listeners }: Profile): Promise<Listeners> {
  const conversations = Array.from({ length: listeners }, (_, customer) =>
    conversationOf(backend.channelId, customer),
  );
  return openListeners({ ...(await backend.app()), conversations });
}

/** Puts the load on. */
async function apply(
  world: World,
  profile: Profile,
  seed: number,
): Promise<Omit<Ran, 'listeners'>> {
  const jobs = jobsOf(timetableOf(profile.phases, seeded(seed)), world, seed + 1);
  const recorder = new Recorder(profile.phases);
  const at = Date.now();
  const timer = setInterval(() => {
    const { done, underWay } = recorder.progress();
    const seconds = Math.round((Date.now() - at) / 1_000);
    console.log(`  ${seconds} s: ${done} of ${jobs.length} done, ${underWay} under way`);
  }, 5_000);
  try {
    await runOpen(jobs, recorder);
  } finally {
    clearInterval(timer);
  }
  return { world, recorder, at };
}
