import { beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { launch } from '../../src/campaigns/launch';
import { expand } from '../../src/campaigns/expand';
import { preflight } from '../../src/campaigns/preflight';
import { preflightInput } from '../../src/campaigns/schema';
import {
  campaignAt,
  draft,
  phoneOf,
  putTemplate,
  setCampaign,
  storeContact,
  SUPERVISOR,
} from '../support/campaigns';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';
import { connectChannel, refused } from '../support/stored';
import { CHANNEL } from '../support/webhooks';

useProject('campaign-preflight');

let simulator: SimulatorClient;
beforeAll(async () => {
  simulator = await useSimulator('');
  await connectChannel(CHANNEL, { throughput: 11 });
  await putTemplate(simulator);
  // Ten a second are left to campaigns.
  for (let n = 0; n < 40; n++) {
    await storeContact(phoneOf(n), {
      attributes: n < 30 ? { city: 'Madrid' } : {},
      ...(n < 4 ? refused(1) : {}),
      ...(n === 4 ? { isActive: false } : {}),
      ...(n === 5 ? { phone: null } : {}),
      ...(n === 6 ? { tags: ['spring', 'staff'] } : {}),
    });
  }
});

const cityVariant = {
  variants: [
    {
      template: { name: 'spring', language: 'es' },
      variables: { 'body.1': { attribute: 'city' } },
    },
  ],
};
const rates = preflightInput.parse({
  campaignId: 'preflight',
  rates: {
    currency: 'EUR',
    validFrom: '2026-10-01',
    rates: { ES: { MARKETING: 0.05 }, '*': { MARKETING: 0.1 } },
  },
}).rates;

describe('a preflight', () => {
  it('tells what a launch comes to, and changes nothing', async () => {
    await draft('preflight-1', { ...cityVariant, exclude: { tags: ['staff'] } });
    const before = await campaignAt('preflight-1');
    const bill = await billOf(async () => {
      expect(await preflight({ campaignId: 'preflight-1', rates })).toEqual({
        campaignId: 'preflight-1',
        recipients: 23,
        excluded: {
          'opted-out': 4,
          inactive: 1,
          'no-address': 1,
          excluded: 1,
          'missing-variable': 10,
        },
        list: null,
        missing: [
          {
            slot: 'body.1',
            count: 10,
            examples: expect.arrayContaining([expect.any(String)]) as string[],
          },
        ],
        problems: [],
        finishedAt: expect.any(Number) as number,
        messagingLimit: { tier: 'TIER_10K', people: 10_000, isEnough: true },
        // 85 % delivered as a rule, all of them at most.
        cost: {
          currency: 'EUR',
          validFrom: '2026-10-01',
          min: 0.98,
          max: 1.15,
          withoutPrice: [],
        },
        isComplete: true,
      });
    });
    expect(bill.writes).toBe(0);
    expect(await campaignAt('preflight-1')).toEqual(before);
    expect((await simulator.stats()).accepted).toBe(0);

    await launch(SUPERVISOR, 'preflight-1');
    await expand('preflight-1');
    expect(await campaignAt('preflight-1')).toMatchObject({
      totals: { recipients: 23 },
      excluded: {
        'opted-out': 4,
        inactive: 1,
        'no-address': 1,
        excluded: 1,
        'missing-variable': 10,
      },
    });
  });

  it('of a list counts as the launch does, whoever is in it twice', async () => {
    const numbers = [phoneOf(0), phoneOf(0), 'nonsense', phoneOf(10), phoneOf(100), phoneOf(101)];
    await draft('preflight-2', { audience: { kind: 'numbers', numbers } });
    const { recipients, excluded, list } = await preflight({ campaignId: 'preflight-2' });
    expect({ recipients, excluded, list }).toEqual({
      recipients: 3,
      excluded: { 'opted-out': 1 },
      list: {
        invalid: 1,
        duplicates: 1,
        examples: [{ line: 3, value: 'nonsense', reason: 'invalid-number' }],
      },
    });
    await launch(SUPERVISOR, 'preflight-2');
    await expand('preflight-2');
    const launched = await campaignAt('preflight-2');
    expect(launched.totals.recipients).toBe(recipients);
    expect(launched.excluded).toEqual(excluded);
  });

  it('tells when the last message goes out: at the pace, or at its own time', async () => {
    const now = Date.now();
    await draft('preflight-3', { audience: { kind: 'numbers', numbers: [phoneOf(200)] } });
    const { finishedAt } = await preflight({ campaignId: 'preflight-3' });
    expect(finishedAt).toBeGreaterThanOrEqual(now + 100);
    expect(finishedAt).toBeLessThan(now + 30_000);

    const at = now + 86_400_000;
    await setCampaign('preflight-3', { schedule: { at, timeZone: 'UTC' } });
    const later = await preflight({ campaignId: 'preflight-3' });
    expect(later.finishedAt).toBeGreaterThanOrEqual(at);
    expect(later.finishedAt).toBeLessThan(at + 120_000);
  });

  it('warns when WhatsApp allows fewer people a day', async () => {
    await simulator.putNumber(CHANNEL, { messagingLimitTier: 'TIER_250' });
    const numbers = Array.from({ length: 251 }, (_, n) => phoneOf(300 + n));
    await draft('preflight-4', { audience: { kind: 'numbers', numbers } });
    expect((await preflight({ campaignId: 'preflight-4' })).messagingLimit).toEqual({
      tier: 'TIER_250',
      people: 250,
      isEnough: false,
    });
    await simulator.putNumber(CHANNEL, { messagingLimitTier: 'TIER_NEW' });
    expect((await preflight({ campaignId: 'preflight-4' })).messagingLimit).toBeNull();
  });

  it('lists everything that keeps the template from being sent; the launch says the same', async () => {
    const variants = [
      {
        template: { name: 'spring', language: 'es' },
        variables: { 'body.2': { fixed: 'x' } },
      },
      { template: { name: 'autumn', language: 'es' }, variables: {} },
    ];
    await draft('preflight-5', {
      variants,
      abTest: { share: 0.2, metric: 'read', waitMinutes: 60 },
    });
    const { problems, recipients } = await preflight({ campaignId: 'preflight-5' });
    expect(problems).toMatchObject([
      { variant: 0, slot: 'body.1', reason: 'missing-variable' },
      { variant: 0, slot: 'body.2', reason: 'unknown-slot' },
      { variant: 1, slot: null, reason: 'unknown-template' },
    ]);
    expect(recipients).toBe(0);
    await expect(launch(SUPERVISOR, 'preflight-5')).rejects.toMatchObject({
      code: 'failed-precondition',
      details: { reason: 'template', problems },
    });
    expect((await campaignAt('preflight-5')).status).toBe('draft');
  });

  it('of a number that is not connected tells the rest', async () => {
    await draft('preflight-6', { channelId: '999' });
    expect(await preflight({ campaignId: 'preflight-6' })).toMatchObject({
      finishedAt: null,
      messagingLimit: null,
      recipients: 34,
    });
    await expect(launch(SUPERVISOR, 'preflight-6')).rejects.toMatchObject({
      details: { reason: 'unknown-channel' },
    });
  });
});
