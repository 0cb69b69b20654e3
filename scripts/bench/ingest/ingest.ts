import { join } from 'node:path';
import { hostFunction, hostProgram } from '../hosted.ts';
import { runClosed, runOpen } from '../load.ts';
import { plainFirestore } from '../plainFirestore.ts';
import { measure } from '../rounds.ts';
import { latencyOf } from '../statistics.ts';
import type { Benchmark, Figure, Sample, Trial } from '../types.ts';
import { rawCommitOf, send as sendCommit } from './rawCommits.ts';
import { firstContacts, makePost, send, type Post } from './webhooks.ts';

const PROJECT = 'demo-bench-ingest';
const BASELINE_PROJECT = 'demo-bench-ingest-baseline';

/** How many messages a run sends, and POSTs at once, by messages a POST. */
const SIZES = [
  { size: 1, messages: 2_000, concurrency: 48 },
  { size: 10, messages: 4_000, concurrency: 16 },
  { size: 100, messages: 8_000, concurrency: 6 },
] as const;
/**
 * Runs a round. The emulator's compiler and collector come and go within seconds and halve a run:
 * many short runs by turns have steadier medians than few long ones.
 */
const RUNS = 7;

/** The open model: messages a second, and for how long. */
const RATE = 500;
const SECONDS = 8;

/** Signed webhooks over HTTP into the deployed function. */
export const ingest: Benchmark = {
  summary:
    'signed webhooks of known customers, into the deployed function in its own process, on the ' +
    'emulator (no simulated distance); baseline: a transaction for each message; limit: the same ' +
    'commits alone, without HTTP',
  async run(context) {
    await context.stack();
    process.env['GCLOUD_PROJECT'] = PROJECT;
    const [webhook, common] = await Promise.all([
      hostFunction('whatsappWebhook', { GCLOUD_PROJECT: PROJECT }),
      hostProgram('commonWebhook', { GCLOUD_PROJECT: BASELINE_PROJECT }, (port) => [
        join(import.meta.dirname, 'commonWebhook.ts'),
        port,
      ]),
    ]);
    const firestore = plainFirestore(PROJECT);
    try {
      context.progress('first contacts');
      for (const post of firstContacts()) {
        await Promise.all([send(webhook.url, post), send(common.url, post)]);
      }
      const over = (url: string) => (posts: Post[]) => posts.map((post) => () => send(url, post));
      const raw = (posts: Post[]) =>
        posts.map(rawCommitOf).map((commit) => () => sendCommit(firestore, commit));
      const sides: Sides = { value: over(webhook.url), baseline: over(common.url), limit: raw };
      // The open model drowns the baseline, and what that leaves in the emulator slows whatever follows.
      const trials = [
        ...SIZES.map((size) => closed(size, sides)),
        ...SIZES.map(({ size }) => open(size, sides)),
      ];
      return { entries: await measure(context, trials, 3) };
    } finally {
      await Promise.all([webhook.stop(), common.stop(), firestore.terminate()]);
    }
  },
};

/** Makes jobs of POSTs; only the jobs are measured. */
type Sides = Record<'value' | 'baseline' | 'limit', (posts: Post[]) => (() => Promise<void>)[]>;

function closed({ size, messages, concurrency }: (typeof SIZES)[number], sides: Sides): Trial {
  const figure: Figure = {
    name: '',
    unit: 'messages/s',
    better: 'higher',
    goals: [
      { of: 'value', atLeast: 1_000 },
      ...(size === 10 ? [{ of: 'limit', atLeast: 0.8 } as const] : []),
    ],
  };
  const run = (jobsOf: Sides['value'], share: number) => async (): Promise<Sample> => {
    const jobs = jobsOf(makePosts(size, messages * share));
    return { '': (jobs.length * size) / (await runClosed(jobs, concurrency)) };
  };
  return {
    name: `${size} a POST, as many as it takes`,
    figures: [figure],
    value: run(sides.value, 1),
    // It is slower, and does not have to take as long.
    baseline: run(sides.baseline, 0.5),
    limit: run(sides.limit, 1),
    // One run of the baseline takes as long as several of the others.
    times: { value: RUNS, limit: RUNS },
    warmUp: ['baseline', ...Array.from({ length: 4 }, () => ['value', 'limit'] as const).flat()],
  };
}

function open(size: number, sides: Sides): Trial {
  const run = (jobsOf: Sides['value']) => async (): Promise<Sample> =>
    latencyOf(await runOpen(jobsOf(makePosts(size, RATE * SECONDS)), RATE / size));
  return {
    name: `${size} a POST, ${RATE} messages/s:`,
    figures: [
      { name: 'p50', unit: 'ms', better: 'lower' },
      { name: 'p95', unit: 'ms', better: 'lower' },
      { name: 'p99', unit: 'ms', better: 'lower', goals: [{ of: 'value', atMost: 250 }] },
    ],
    value: run(sides.value),
    baseline: run(sides.baseline),
    limit: run(sides.limit),
  };
}

const makePosts = (size: number, messages: number): Post[] =>
  Array.from({ length: Math.ceil(messages / size) }, () => makePost(size));
