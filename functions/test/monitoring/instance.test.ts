import { expect, it } from 'vitest';
import type { Flushed } from '../../src/platform/telemetry';
import { db } from '../../src/platform/firestore';
import { seriesOf, type Snapshot } from '../../src/shared/snapshot';
import { signed, startInstance, type Instance } from '../support/instance';
import { useProject } from '../support/project';
import { messagesBody, textMessage } from '../support/webhooks';

useProject('instance');

const TRACE = '105445aa7843bc8bf206b12000100000';
const WEBHOOKS = 100;

async function post(instance: Instance, body: string): Promise<number> {
  const response = await fetch(instance.url, {
    method: 'POST',
    headers: { ...signed(body), 'x-cloud-trace-context': `${TRACE}/1;o=1` },
    body,
  });
  await response.text();
  return response.status;
}

/** Webhooks, each of one message; one in 20 is not understood, one in 20 not signed. */
async function standardRun(instance: Instance, name: string): Promise<void> {
  for (let n = 0; n < WEBHOOKS; n++) {
    const message = { from: { phone: '34600111222' }, message: textMessage(`wamid.${name}${n}`) };
    await post(
      instance,
      n % 20 === 7 ? `{"object":"strange ${name} ${n}"}` : messagesBody([message]),
    );
    if (n % 20 === 9) await fetch(instance.url, { method: 'POST', body: '{}' });
  }
}

it('an instance logs 80 % fewer lines in production than when debugging, and no personal data', async () => {
  const count = async (level: string): Promise<Record<string, unknown>[]> => {
    const instance = await startInstance('whatsappWebhook', { LOG_LEVEL: level });
    await standardRun(instance, level);
    expect(await instance.terminate()).toBe(0);
    return instance.lines();
  };
  const [debug, info] = [await count('debug'), await count('info')];
  console.log(`lines logged: ${debug.length} at debug, ${info.length} at info`);
  expect(debug.length).toBeGreaterThan(WEBHOOKS);
  expect(info.length).toBeGreaterThan(0);
  expect(info.length).toBeLessThanOrEqual(debug.length * 0.2);
  expect(JSON.stringify([...debug, ...info])).not.toMatch(/34600111222|wamid\.(?:debug|info)/);
});

it('a line tells its function and the trace of its request', async () => {
  const instance = await startInstance('whatsappWebhook', { LOG_LEVEL: 'debug' });
  await post(
    instance,
    messagesBody([{ from: { phone: '34600111223' }, message: textMessage('w1') }]),
  );
  await instance.terminate();
  const ours = instance.lines().filter((line) => 'logging.googleapis.com/trace' in line);
  expect(ours.map(({ message }) => message)).toEqual(
    expect.arrayContaining(['firestore', 'request']),
  );
  for (const line of ours) {
    expect(line).toMatchObject({
      function: 'whatsappWebhook',
      'logging.googleapis.com/trace': `projects/${process.env['GCLOUD_PROJECT']}/traces/${TRACE}`,
    });
  }
});

it('an instance that ends writes what it counted', async () => {
  const instance = await startInstance('whatsappWebhook', { METRICS_FLUSH_SECONDS: '60' });
  await standardRun(instance, 'flush');
  expect((await db().collection('telemetry').get()).size).toBe(0);
  expect(await instance.terminate()).toBe(0);
  const flushes = (await db().collection('telemetry').get()).docs.map(
    (doc) => doc.data() as Flushed,
  );
  expect(flushes).toMatchObject([{ function: 'whatsappWebhook' }]);
  const snapshot = JSON.parse(flushes[0]?.body ?? '{}') as Snapshot;
  const outcomes = seriesOf(snapshot, 'recado_requests_total').map(({ labels, value }) => [
    labels['outcome'],
    value,
  ]);
  // The first one asked whether it listens.
  expect(Object.fromEntries(outcomes)).toEqual({ ok: WEBHOOKS, refused: 1 + WEBHOOKS / 20 });
});

it('an error that nobody handles is reported once; what was counted is written; the instance exits', async () => {
  const before = (await db().collection('telemetry').get()).size;
  const instance = await startInstance('whatsappWebhook', { METRICS_FLUSH_SECONDS: '60' });
  const exited = new Promise((resolve) => instance.child.once('exit', resolve));
  instance.child.send('reject');
  expect(await exited).toBe(1);
  const errors = instance.lines().filter(({ severity }) => severity === 'ERROR');
  expect(errors).toMatchObject([
    {
      message: 'a rejection that nobody handled',
      '@type': expect.stringContaining('ReportedErrorEvent') as string,
      stack_trace: expect.stringMatching(/^Error: of \[email\]\n {4}at /) as string,
      serviceContext: { service: 'whatsappWebhook', version: 'local' },
    },
  ]);
  expect((await db().collection('telemetry').get()).size).toBe(before + 1);
});
