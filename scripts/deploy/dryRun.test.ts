import { expect, test } from 'vitest';
import { missing, ok } from '../doctor/check.ts';
import { MANIFEST } from '../doctor/test-support.ts';
import { dryRun } from './dryRun.ts';
import { judgeRules } from './rulesCheck.ts';

async function attempt(
  options: Partial<Parameters<typeof dryRun>[0]> = {},
): Promise<{ passed: boolean; said: string }> {
  const said: string[] = [];
  const passed = await dryRun({
    chosen: undefined,
    prepare: () => Promise.resolve(MANIFEST),
    checkRules: () => Promise.resolve(ok('they compile')),
    say: (text) => said.push(text),
    ...options,
  });
  return { passed, said: said.join('\n') };
}

test('every step is printed in its order, with what the functions need', async () => {
  const { passed, said } = await attempt({ chosen: 'shop-1' });

  expect(passed).toBe(true);
  const order = [
    'npm run check',
    'firebase deploy --only firestore --project shop-1',
    'firebase firestore:indexes --pretty --project shop-1',
    'firebase deploy --only functions --project shop-1',
    'they compile',
    'WHATSAPP_TOKEN',
    'WABA_ID=""',
    'cloudtasks',
    'https://europe-west1-shop-1.cloudfunctions.net/whatsappWebhook',
  ].map((part) => said.indexOf(part));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test('without a project it still shows the way', async () => {
  expect((await attempt()).said).toContain('YOUR-PROJECT');
});

test.each([
  ['rules that do not compile', { checkRules: () => Promise.resolve(missing('no', 'do')) }],
  ['functions that do not load', { prepare: () => Promise.reject(new Error('broken')) }],
])('%s fail it', async (_, options) => {
  expect((await attempt(options)).passed).toBe(false);
});

test.each<[string, object, string]>([
  ['nothing to say', {}, 'ok'],
  ['an error', { error: { message: 'L1:5 Unexpected' } }, 'missing'],
  [
    'a warning',
    { issues: [{ description: 'Invalid function name', sourcePosition: { line: 3 } }] },
    'missing',
  ],
])("the compiler's answer on rules: %s", (_, answer, state) => {
  expect(judgeRules(JSON.stringify(answer)).state).toBe(state);
});
