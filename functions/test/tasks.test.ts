import { beforeEach, describe, expect, it } from 'vitest';
import { task } from '../src/entry/guard';
import { deliver } from '../src/messages/deliver';
import { deliverPayload } from '../src/messages/schema';
import { useProject } from './support/project';
import { allDeadLetters, clearFirestore, connectChannel } from './support/stored';

useProject('tasks');
const run = task('queue-normal', deliverPayload, deliver);
const payload = {
  messageId: 'task-test-1',
  version: '1.0',
  attempts: 0,
  channelId: '100000000000001',
  contactId: 'c',
  to: { phone: '+34600111222' },
  type: 'text',
  content: { body: 'Hello' },
  replyTo: null,
  priority: 'normal',
};
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'acknowledged',
    (error: unknown) => (error as { code?: string }).code,
  );

beforeEach(async () => {
  await clearFirestore();
  await connectChannel();
});

describe('a task', () => {
  it.each([
    ['that is none of this queue', { nonsense: true }, 'not a task of this queue'],
    ['that can never succeed', { ...payload, to: {} }, 'a message without an address'],
  ])('%s is acknowledged and kept, once', async (_, data, reason) => {
    expect(await codeOf(run({ data }))).toBe('acknowledged');
    expect(await codeOf(run({ data }))).toBe('acknowledged');
    expect(await allDeadLetters()).toMatchObject([{ kind: 'task', reason, status: 'open' }]);
  });

  it('that comes before its time is delivered again', async () => {
    const early = { ...payload, notBefore: Date.now() + 60_000 };
    expect(await codeOf(run({ data: early }))).toBe('unavailable');
    expect(await allDeadLetters()).toEqual([]);
  });

  it('of a message that is gone is over', async () => {
    expect(await codeOf(run({ data: payload }))).toBe('acknowledged');
    expect(await allDeadLetters()).toEqual([]);
  });
});
