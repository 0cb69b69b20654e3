import { expect, it } from 'vitest';
import { maskText, maskValue } from './mask';

it.each([
  ['mail to ana.perez+x@example.co.uk failed', 'mail to [email] failed'],
  ['no route to +34 600 111 222', 'no route to [phone]'],
  ['no route to 34600111222', 'no route to [number]'],
  ['sent to (600) 111-2222', 'sent to [number]'],
  ['Authorization: Bearer EAAGm0PX4ZCpsBA', 'Authorization: Bearer [token]'],
  ['token EAAGm0PX4ZCpsBAKZCZB0123456789 is wrong', 'token [token] is wrong'],
  ['GET /media?access_token=abc.def&x=1', 'GET /media?access_token=[token]&x=1'],
  ['jwt eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx.c2ln', 'jwt [token]'],
  ['wamid.HBgLMzQ2MDAxMTEyMjIVAgASGBQ= is unknown', '[wamid] is unknown'],
])('%s', (text, masked) => {
  expect(maskText(text)).toBe(masked);
});

it.each([
  'a send took 1234 ms, attempt 3 of 8',
  'messages/3f2504e04f8911d39a0c0305e82c3301aabbccdd',
  'at Object.<anonymous> (/workspace/lib/platform/commit.js:123:45)',
  '12345678-1234-4123-8123-123456789012',
  'connect ECONNREFUSED 10.0.0.1:443',
])('%s stays as it is', (text) => {
  expect(maskText(text)).toBe(text);
});

it('ids stay, people do not, however deep they are', () => {
  expect(
    maskValue({
      channelId: '100000000000001',
      channels: ['100000000000001'],
      at: 1_795_000_000_000,
      code: 131_026,
      note: 'of 34600111222',
      details: { to: '+34600111222', name: 'Ana', list: [{ text: 'Hola' }] },
      missing: null,
    }),
  ).toEqual({
    channelId: '100000000000001',
    channels: ['100000000000001'],
    at: 1_795_000_000_000,
    code: 131_026,
    note: 'of [number]',
    details: { to: '[masked]', name: '[masked]', list: [{ text: '[masked]' }] },
    missing: null,
  });
});
