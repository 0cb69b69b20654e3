import { expect, test } from 'vitest';
import { parseAnswer } from './firebaseCli.ts';
import { chooseProject, isDemo } from './projectChoice.ts';
import { regionOf, webhookUrlOf } from './manifest.ts';
import { secretsOf, settingsOf, valueOf } from './settings.ts';
import { MANIFEST } from './test-support.ts';

test("a project's own file comes before the common one, and that before the default", () => {
  const files: Record<string, Record<string, string>> = {
    '.env': { GRAPH_VERSION: 'v26.0', WABA_ID: '1' },
    '.env.a': { WABA_ID: '2' },
  };
  const settings = settingsOf(MANIFEST, 'a', (name) => files[name] ?? {});

  expect(settings).toEqual([
    { name: 'GRAPH_BASE', value: 'https://graph.example/', from: 'default' },
    { name: 'GRAPH_VERSION', value: 'v26.0', from: { file: 'functions/.env' } },
    { name: 'WABA_ID', value: '2', from: { file: 'functions/.env.a' } },
  ]);
  expect(valueOf(settings, 'WABA_ID')).toBe('2');
  expect(valueOf(settings, 'UNKNOWN')).toBe('');
});

test('a parameter without a default has to be chosen', () => {
  const params = [{ name: 'A', type: 'string' }];

  expect(settingsOf({ params }, undefined, () => ({}))).toEqual([
    { name: 'A', value: '', from: 'nowhere' },
  ]);
});

test('secrets are no settings', () => {
  expect(secretsOf(MANIFEST)).toEqual(['WHATSAPP_TOKEN', 'WHATSAPP_VERIFY_TOKEN']);
});

test.each<[string | undefined, Record<string, string>, string | undefined]>([
  ['live', {}, 'live'],
  ['prod', { prod: 'shop-1' }, 'shop-1'],
  [undefined, { default: 'shop-1' }, 'shop-1'],
  [undefined, {}, undefined],
])('the project meant by %s', (named, aliases, expected) => {
  expect(chooseProject(named, aliases)).toBe(expected);
});

test('demo projects are told by their name', () => {
  expect([isDemo('demo-recado'), isDemo('recado')]).toEqual([true, false]);
});

test.each<[string, string, ReturnType<typeof parseAnswer>]>([
  ['a result', '{"status":"success","result":[1]}', { ok: true, result: [1] }],
  ['after a notice', 'i  hello\n{"status":"success"}', { ok: true, result: undefined }],
  ['an error', '{"status":"error","error":"no"}', { ok: false, error: 'no' }],
  ['no JSON', 'Error: no', undefined],
])('an answer of the command line: %s', (_, stdout, expected) => {
  expect(parseAnswer(stdout)).toEqual(expected);
});

test('the webhook is where the functions are', () => {
  expect(webhookUrlOf('shop-1', regionOf(MANIFEST))).toBe(
    'https://europe-west1-shop-1.cloudfunctions.net/whatsappWebhook',
  );
});
