import { describe, expect, test } from 'vitest';
import { runChecks, type Finding } from './check.ts';
import {
  judgeFunctions,
  judgeGraphError,
  judgeHandshake,
  judgeNumbers,
  liveChecks,
} from './live.ts';
import { createRedactor } from './redact.ts';
import { settingsOf } from './settings.ts';
import { fakeCli, MANIFEST } from './test-support.ts';

const DEPLOYED = [
  { id: 'whatsappWebhook', uri: 'https://hook.example', state: 'ACTIVE' },
  { id: 'messages-send', state: 'ACTIVE' },
];

const ANSWERS = {
  'functions:list': DEPLOYED,
  'functions:secrets:access WHATSAPP_TOKEN': 'a warning\nt0ken\n',
  'functions:secrets:access WHATSAPP_VERIFY_TOKEN': 'verify\n',
};

const NUMBER = { id: '1', display_phone_number: '+34 600', verified_name: 'Shop' };

/** The states by the checks' names, and everything that was said, as the doctor prints it. */
async function live(
  respond: (url: URL, authorization: string | null) => unknown,
  options: { waba?: string; number?: string; answers?: Record<string, unknown> } = {},
): Promise<{ states: Record<string, Finding['state']>; said: string }> {
  const redactor = createRedactor();
  const results = await runChecks(
    liveChecks({
      projectId: 'a',
      cli: fakeCli({ ...ANSWERS, ...options.answers }),
      manifest: MANIFEST,
      settings: settingsOf(MANIFEST, 'a', () => ({ WABA_ID: options.waba ?? '' })),
      redactor,
      number: options.number,
      fetch: (input, init) => {
        const body = respond(new URL(input), new Headers(init?.headers).get('authorization'));
        if (body instanceof Response) return Promise.resolve(body);
        return Promise.resolve(Response.json(body));
      },
    }),
  );
  return {
    states: Object.fromEntries(results.map(({ name, finding }) => [name, finding.state])),
    said: redactor.clean(JSON.stringify(results)),
  };
}

test('a project in which all is well', async () => {
  const asked: string[] = [];
  const { states, said } = await live(
    (url, authorization) => {
      asked.push(`${url.host}${url.pathname} ${authorization ?? ''}`.trim());
      if (url.host === 'hook.example') return new Response(url.searchParams.get('hub.challenge'));
      return { data: [NUMBER] };
    },
    { waba: '9' },
  );

  expect(states).toEqual({
    functions: 'ok',
    webhook: 'ok',
    'WhatsApp number': 'ok',
    'WhatsApp account': 'ok',
  });
  expect(asked).toEqual([
    'hook.example/',
    'graph.example/v25.0/9/phone_numbers Bearer t0ken',
    'graph.example/v25.0/9/subscribed_apps Bearer t0ken',
  ]);
  expect(said).toContain('+34 600');
});

test('the number that is named is looked at, without an account', async () => {
  const { states } = await live((url) => (url.pathname === '/v25.0/1' ? NUMBER : {}), {
    number: '1',
  });

  expect(states).toMatchObject({ 'WhatsApp number': 'ok', 'WhatsApp account': 'skipped' });
});

test('a token that WhatsApp refuses is not repeated', async () => {
  const { states, said } = await live(
    () => ({ error: { code: 190, message: 'Cannot parse access token t0ken' } }),
    { waba: '9' },
  );

  expect(states).toMatchObject({ 'WhatsApp number': 'missing', 'WhatsApp account': 'missing' });
  expect(said).not.toContain('t0ken');
});

test('an account that no app is subscribed to', async () => {
  const { states } = await live(() => ({ data: [] }), { waba: '9' });

  expect(states).toMatchObject({ 'WhatsApp number': 'missing', 'WhatsApp account': 'missing' });
});

test('a secret that this login may not read is a finding', async () => {
  const { states, said } = await live(() => ({}), {
    number: '1',
    answers: { 'functions:secrets:access WHATSAPP_TOKEN': new Error('permission denied') },
  });

  expect(states['WhatsApp number']).toBe('missing');
  expect(said).toContain('permission denied');
});

describe('judgements', () => {
  test.each<[string, Finding, Finding['state']]>([
    ['all functions deployed', judgeFunctions(['messages-send'], DEPLOYED, ''), 'ok'],
    ['one is missing', judgeFunctions(['messages-cancel'], DEPLOYED, ''), 'missing'],
    ['one failed', judgeFunctions(['a'], [{ id: 'a', state: 'FAILED' }], ''), 'missing'],
    ['the challenge came back', judgeHandshake('u', 200, true, ''), 'ok'],
    ['something else came back', judgeHandshake('u', 200, false, ''), 'missing'],
    ['another verify token', judgeHandshake('u', 403, false, ''), 'missing'],
    ['a number', judgeNumbers([NUMBER]), 'ok'],
    ['no number', judgeNumbers([]), 'missing'],
    ['an unknown id', judgeGraphError({ code: 100, message: 'no such object' }), 'missing'],
  ])('%s', (_, finding, state) => {
    expect(finding.state).toBe(state);
  });
});
