import { describe, expect, test } from 'vitest';
import { TUNED } from './parameters.ts';
import { propose, type Value } from './propose.ts';
import { benchOf, candidate, loadOf, sweepOf } from './test-support.ts';
import type { Proposal, Results } from './types.ts';

const PRESETS: Record<string, number> = {
  WEBHOOK_CONCURRENCY: 80,
  WEBHOOK_MEMORY_MIB: 512,
  QUEUE_CONCURRENCY: 80,
  QUEUE_MEMORY_MIB: 512,
  FUNCTION_CONCURRENCY: 80,
  FUNCTION_MEMORY_MIB: 256,
  CAMPAIGN_MICRO_BATCH: 20,
  CONVERSATION_CACHE_MIB: 8,
  FIRESTORE_IDLE_CHANNELS: 1,
};

function about(
  parameter: string,
  results: Partial<Results>,
  present: Record<string, number> = {},
): Proposal {
  const values = new Map<string, Value>(
    Object.entries(PRESETS).map(([name, preset]) => [
      name,
      { preset, present: present[name] ?? preset },
    ]),
  );
  const all = propose({ sweeps: [], loads: [], benches: [], ...results }, values);
  return all.find((proposal) => proposal.parameter === parameter) as Proposal;
}

test('without results, every parameter says what measures it', () => {
  for (const { name } of TUNED) {
    const { verdict, proposed, command } = about(name, {});
    expect({ verdict, proposed }).toEqual({ verdict: 'missing', proposed: null });
    expect(command).toMatch(/^npm run (load -- load|tune -- --measure)/);
  }
});

test('the same results give the same proposals', () => {
  const results = { loads: [loadOf({ whatsappWebhook: { rssMb: 200 } })] };
  expect(about('WEBHOOK_MEMORY_MIB', results)).toEqual(about('WEBHOOK_MEMORY_MIB', results));
});

describe('memory', () => {
  test.each([
    // the peak, × 1.5, in the sizes that there are
    [100, 256],
    [170, 256],
    [171, 512],
    [341, 512],
    // the present size stays while a quarter is left
    [409, 512],
    [410, 1_024],
    [700, 2_048],
  ])('of a peak of %i MiB is %i', (rssMb, proposed) => {
    const loads = [loadOf({ whatsappWebhook: { rssMb } })];
    expect(about('WEBHOOK_MEMORY_MIB', { loads }).proposed).toBe(proposed);
  });

  test('is that of the greatest peak of all runs, cited with its file', () => {
    const loads = [
      loadOf({ whatsappWebhook: { rssMb: 150 } }, { file: 'new.json' }),
      loadOf({ whatsappWebhook: { rssMb: 420, count: 5_000 } }, { file: 'old.json' }),
    ];
    expect(about('WEBHOOK_MEMORY_MIB', { loads })).toMatchObject({
      ...{ verdict: 'change', present: 512, proposed: 1_024 },
      why: [
        {
          text: 'whatsappWebhook took 420 MiB at most, 5,000 requests of load; × 1.5 is 630 MiB',
          file: 'old.json',
        },
      ],
    });
  });

  test('is lowered only if all that share it were under load', () => {
    const one = { 'queue.normal': { rssMb: 100 } };
    const all = { ...one, 'queue.low': { rssMb: 90 }, 'queue.critical': { rssMb: 95 } };
    expect(about('QUEUE_MEMORY_MIB', { loads: [loadOf(one)] }).verdict).toBe('keep');
    expect(about('QUEUE_MEMORY_MIB', { loads: [loadOf(all)] }).proposed).toBe(256);
    // Of the many functions that share this one, load tests reach some.
    const others = { 'messages.send': { rssMb: 80 } };
    const present = { FUNCTION_MEMORY_MIB: 512 };
    expect(about('FUNCTION_MEMORY_MIB', { loads: [loadOf(others)] }, present).verdict).toBe('keep');
    const more = { 'messages.send': { rssMb: 300 } };
    expect(about('FUNCTION_MEMORY_MIB', { loads: [loadOf(more)] }).proposed).toBe(512);
  });

  test('regards what the proposed number of requests at once took', () => {
    const sweeps = [
      sweepOf('WEBHOOK_CONCURRENCY', [
        candidate(40, [900, 900, 900], { rssMb: 180 }),
        candidate(80, [700, 700, 700], { rssMb: 500 }),
      ]),
    ];
    expect(about('WEBHOOK_CONCURRENCY', { sweeps }).proposed).toBe(40);
    expect(about('WEBHOOK_MEMORY_MIB', { sweeps }).why[0]?.text).toContain('180 MiB at most, 40');
  });
});

describe('requests at once', () => {
  const stressed = (used: object, form: 'full' | 'short' = 'full') => ({
    loads: [loadOf({ 'queue.normal': used }, { form })],
  });

  test.each([
    ['stay while an instance keeps up', { eventLoopDelayMs: 20, cpuPercent: 95 }, 80],
    ['are halved where the event loop is late', { eventLoopDelayMs: 80 }, 40],
  ])('%s', (_, used, proposed) => {
    expect(about('QUEUE_CONCURRENCY', stressed(used)).proposed).toBe(proposed);
  });

  test('are halved where the processor is busy and answers are late, not where one of them is', () => {
    const webhook = (cpuPercent: number, p95: number) =>
      about('WEBHOOK_CONCURRENCY', { loads: [loadOf({ whatsappWebhook: { cpuPercent, p95 } })] });
    expect(webhook(90, 100).proposed).toBe(80);
    expect(webhook(50, 400).proposed).toBe(80);
    expect(webhook(90, 400).proposed).toBe(40);
  });

  test('are not proposed from the short form, which says why', () => {
    const proposal = about('QUEUE_CONCURRENCY', stressed({ eventLoopDelayMs: 80 }, 'short'));
    expect(proposal.verdict).toBe('missing');
    expect(proposal.why[0]?.text).toContain('the short form shares its processors');
    expect(proposal.command).toBe('npm run load -- load --full');
  });
});

describe('runs that say nothing', () => {
  test('those in which something got lost', () => {
    const loads = [loadOf({ whatsappWebhook: { rssMb: 900 } }, { isSound: false })];
    expect(about('WEBHOOK_MEMORY_MIB', { loads })).toMatchObject({
      ...{ verdict: 'missing', proposed: null },
      why: [{ text: 'left out: messages stored failed', file: 'load.json' }],
    });
  });

  test('those with fewer than 100 requests', () => {
    const used = (count: number) => ({
      loads: [loadOf({ whatsappWebhook: { rssMb: 900, count } })],
    });
    expect(about('WEBHOOK_MEMORY_MIB', used(99)).verdict).toBe('missing');
    expect(about('WEBHOOK_MEMORY_MIB', used(100)).verdict).toBe('change');
  });
});

describe('benchmarks, which run with the defaults', () => {
  const BENCH = 'campaign 80/s: used, steady';
  const bench = (isMet: boolean) => ({ benches: [benchOf(BENCH, 97, isMet)] });

  test('whose goals are met speak for keeping them', () => {
    expect(about('CAMPAIGN_MICRO_BATCH', bench(true))).toMatchObject({
      verdict: 'keep',
      why: [{ text: `${BENCH} 97 %, goal ≥ 95 ✓`, file: 'bench.json' }],
    });
  });

  test('say nothing about other values, and propose none where goals are missed', () => {
    const present = { CAMPAIGN_MICRO_BATCH: 40 };
    expect(about('CAMPAIGN_MICRO_BATCH', bench(true), present).verdict).toBe('missing');
    expect(about('CAMPAIGN_MICRO_BATCH', bench(false)).verdict).toBe('missing');
  });

  test('give way to a sweep', () => {
    const sweeps = [
      sweepOf('CAMPAIGN_MICRO_BATCH', [candidate(20, [9, 9, 9]), candidate(40, [99, 99, 99])]),
    ];
    expect(about('CAMPAIGN_MICRO_BATCH', { ...bench(true), sweeps }).proposed).toBe(40);
  });
});
