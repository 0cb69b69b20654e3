import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { cancel, pause } from '../../src/campaigns/stop';
import { applyOutcomes } from '../../src/campaigns/applyOutcomes';
import { fromCallbackData, type CampaignMessage } from '../../src/campaigns/callback';
import type { CampaignEvent } from '../../src/campaigns/outcomes';
import { totalsOf } from '../../src/campaigns/progress';
import type { ReportRow } from '../../src/campaigns/report';
import type { Chunk } from '../../src/campaigns/schema';
import { lookAfterCampaigns } from '../../src/campaigns/upkeep';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { installFaults, type Faults } from '../batch/faults';
import {
  allRows,
  allSends,
  campaignAt,
  chunksAt,
  connectOwnChannel,
  drainUntil,
  numbersFrom,
  phoneOf,
  putTemplate,
  runLanes,
  sendCampaign,
  SUPERVISOR,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';
import { statusesBody } from '../support/webhooks';

useProject('campaign-doubts', { IN_DOUBT_GRACE_MINUTES: '15' });

let simulator: SimulatorClient;
let faults: Faults;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    statuses: { sentMs: 10, deliveredMs: 20, readMs: 30 },
  });
  await putTemplate(simulator);
  faults = installFaults();
});

let restoreClock = (): void => undefined;
afterEach(async () => {
  restoreClock();
  await simulator.clearFaults();
});
const passGrace = (): void => {
  restoreClock = setClock(() => Date.now() + 16 * 60_000);
};

const statesOf = (rows: ReportRow[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(rows, ({ state }) => state)].map(([state, { length }]) => [state, length]),
  );
const to = (n: number) => ({ match: { recipient: phoneOf(n).slice(1) } });

describe('a send without an answer', () => {
  it('is never sent again; statuses tell that it was sent, else it is unknown after the grace period', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults([
      { kind: 'http_error', status: 500, ...to(0) },
      { kind: 'cut_before', ...to(1) },
      { kind: 'cut_after', ...to(2) },
      { kind: 'cut_after', ...to(3) },
      { kind: 'webhook_drop', ...to(3) },
    ]);
    await sendCampaign('in-doubt', channelId, numbersFrom(0, 20));
    expect(statesOf(await allRows('in-doubt'))).toEqual({ accepted: 16, sending: 4 });
    await drainUntil('in-doubt', 'what was heard of', ({ read }) => read === 17);
    expect(statesOf(await allRows('in-doubt'))).toEqual({ read: 17, sending: 3 });

    // Nothing is due before, so it neither ends nor sends.
    await runLanes(channelId);
    await lookAfterCampaigns();
    expect(await campaignAt('in-doubt')).toMatchObject({ status: 'running' });

    passGrace();
    await runLanes(channelId);
    await lookAfterCampaigns();
    expect(await campaignAt('in-doubt')).toMatchObject({
      status: 'completed',
      totals: { recipients: 20, accepted: 17, read: 17, unknown: 3, failed: 0 },
    });
    expect(statesOf(await allRows('in-doubt'))).toEqual({ read: 17, unknown: 3 });
    // The one whose statuses got lost was sent all the same; nobody was sent to twice.
    const { total, byRecipient } = await simulator.counts();
    expect(total).toBe(18);
    expect(new Set(Object.values(byRecipient))).toEqual(new Set([1]));
  });

  it.each(['delivered', 'failed'] as const)(
    'that was given up is corrected by a late status: %s',
    async (status) => {
      const id = `late-${status}`;
      const channelId = await connectOwnChannel(simulator);
      await simulator.setFaults([{ kind: 'cut_after' }, { kind: 'webhook_drop' }]);
      await sendCampaign(id, channelId, numbersFrom(100, 2));
      passGrace();
      await runLanes(channelId);
      await lookAfterCampaigns();
      expect((await campaignAt(id)).totals).toMatchObject({ accepted: 0, unknown: 2 });
      expect(statesOf(await allRows(id))).toEqual({ unknown: 2 });
      restoreClock();

      const [sent] = (await allSends(simulator)).filter((send) => send.phoneNumberId === channelId);
      const late = statusesBody([
        {
          id: sent?.id,
          status,
          timestamp: '7',
          biz_opaque_callback_data: sent?.callbackData,
          ...(status === 'failed' ? { errors: [{ code: 131026 }] } : {}),
        },
      ]);
      for (const times of [1, 2]) {
        await simulator.postWebhook({ raw: late });
        const totals = await drainUntil(id, `it to be ${status}`, (found) => found[status] === 1);
        expect([times, totals]).toEqual([
          times,
          expect.objectContaining({ recipients: 2, accepted: 1, unknown: 1 }),
        ]);
      }
      expect(statesOf(await allRows(id))).toEqual({ unknown: 1, [status]: 1 });
      const settled = (await chunksAt(id)).flatMap(({ recipients }) => Object.values(recipients));
      expect(settled).toContainEqual(expect.objectContaining({ wamid: sent?.id }));
    },
  );

  it('of which a status comes just when it is given up was sent', async () => {
    const channelId = await connectOwnChannel(simulator, { throughput: 21 });
    await simulator.setFaults([{ kind: 'cut_after' }, { kind: 'webhook_drop' }]);
    await sendCampaign('just-then', channelId, numbersFrom(150, 2));
    const sends = (await allSends(simulator)).filter((send) => send.phoneNumberId === channelId);
    const [first] = sends.map(({ callbackData, id }) => ({
      ...(fromCallbackData(callbackData) as CampaignMessage),
      status: 'sent' as const,
      at: 7,
      wamid: id,
    }));
    passGrace();
    let times = 0;
    faults.plan((_, method, writes) =>
      method === 'commit' && writes === 2 && times++ === 0
        ? () => applyOutcomes([first as CampaignEvent])
        : undefined,
    );
    await runLanes(channelId);
    faults.end();
    expect(times).toBeGreaterThan(1);
    expect(await totalsOf('just-then')).toMatchObject({ accepted: 1, unknown: 1, sent: 1 });
    expect(statesOf(await allRows('just-then'))).toEqual({ sent: 1, unknown: 1 });
  });

  it.each([
    ['paused', () => pause(SUPERVISOR, { campaignId: 'doubt-paused', reason: 'lunch' })],
    ['cancelled', () => cancel(SUPERVISOR, 'doubt-cancelled')],
  ] as const)(
    'ends as unknown too where the campaign is %s, however much of it waits',
    async (status, stop) => {
      const id = `doubt-${status}`;
      const channelId = await connectOwnChannel(simulator);
      await simulator.setFaults([{ kind: 'cut_before', ...to(200) }]);
      await sendCampaign(id, channelId, numbersFrom(200, 20));
      await stop();
      // A hundred chunks more, of which nobody was sent to.
      const { doubtsDueAt, ...chunk } = (await chunksAt(id))[0] as Chunk;
      expect(doubtsDueAt).toBeDefined();
      const waiting = db().batch();
      for (let n = 0; n < 100; n++) {
        waiting.set(db().doc(`campaigns/${id}/chunks/1-${n}`), {
          ...chunk,
          dueAt: n,
          recipients: { [`waiting${n}`]: { phone: phoneOf(n) } },
          counts: { recipients: 1, accepted: 0, failed: 0, skipped: 0, unknown: 0 },
        });
      }
      await waiting.commit();

      passGrace();
      await lookAfterCampaigns();
      expect(statesOf(await allRows(id))).toMatchObject({ unknown: 1 });
      // Of those that wait, none is read each minute.
      const bill = await billOf(lookAfterCampaigns);
      expect(bill.reads).toBeLessThan(30);
    },
  );
});
