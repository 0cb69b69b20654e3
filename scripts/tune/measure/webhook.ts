import { firstContacts, makePost, send, type Post } from '../../bench/ingest/webhooks.ts';
import { runClosed } from '../../bench/load.ts';
import { startFunction, useOf } from '../../bench/processes.ts';
import { latencyOf } from '../../bench/statistics.ts';
import { freePorts } from '../../lib/ports.ts';
import type { Measure } from './types.ts';

const PROJECT = 'demo-tune-webhook';
const POSTS = 1_500;
const WARM_UP = 200;
/** What Meta asks of a webhook. */
const META = { p50: 250, p99: 1_000 };

/** How many POSTs an instance takes a second, with so many at once. */
export const webhook: Measure = {
  figure: 'an instance takes',
  unit: 'messages/s',
  better: 'higher',
  async open(context) {
    await context.stack();
    const environment = { GCLOUD_PROJECT: PROJECT };
    let isFilled = false;
    return {
      async run(concurrency) {
        const { port } = await freePorts({ port: 0 });
        const instance = startFunction('whatsappWebhook', 'tune-webhook', port, environment);
        try {
          await instance.listening;
          const url = `http://127.0.0.1:${port}`;
          if (!isFilled) for (const post of firstContacts()) await send(url, post);
          isFilled = true;
          await runClosed(
            posts(WARM_UP).map((post) => () => send(url, post)),
            concurrency,
          );
          const latencies: number[] = [];
          const timed = posts(POSTS).map((post) => async () => {
            const started = performance.now();
            await send(url, post);
            latencies.push(performance.now() - started);
          });
          const seconds = await runClosed(timed, concurrency);
          const { p50, p99 } = latencyOf(latencies);
          const { rssBytes } = await useOf([instance]);
          return {
            figure: POSTS / seconds,
            guards: [
              { name: 'p50', unit: 'ms', value: p50, atMost: META.p50 },
              { name: 'p99', unit: 'ms', value: p99, atMost: META.p99 },
            ],
            rssMb: rssBytes / 2 ** 20,
          };
        } finally {
          await instance.stop();
        }
      },
      close: () => Promise.resolve(),
    };
  },
};

const posts = (count: number): Post[] => Array.from({ length: count }, () => makePost(1));
