import { describe, expect, it } from 'vitest';
import { choose } from './function.ts';
import { parseLsof, parseTcp } from './ports.ts';
import { functionsAmong, parsePs } from './processes.ts';

const running = [
  { pid: 1, target: 'whatsappWebhook', cpuSeconds: 2 },
  { pid: 2, target: 'whatsappWebhook', cpuSeconds: 9 },
  { pid: 3, target: 'messages.send', cpuSeconds: 1 },
  { pid: 4, target: 'messages.sendBulk', cpuSeconds: 1 },
];

describe('the process of a function', () => {
  it.each([
    ['whatsappWebhook', 2],
    ['webhook', 2],
    ['messages-send', 3],
    ['messages.send', 3],
    ['sendbulk', 4],
  ])('%s is process %d, the busiest', (name, pid) => {
    expect(choose(running, name).chosen.pid).toBe(pid);
  });

  it('is told with the others of the same function', () => {
    expect(choose(running, 'webhook').others.map(({ pid }) => pid)).toEqual([1]);
  });

  it.each([
    [running, 'queue', /No process of the function queue .*there are messages\.send/],
    [[], 'webhook', /npm start/],
    [running, 'messages', /may be messages\.send or messages\.sendBulk/],
  ])('of %o is none for %s', (all, name, words) => {
    expect(() => choose(all, name)).toThrow(words);
  });
});

it('processes are read from ps, without those that only look after one', () => {
  const listed = parsePs(
    [
      '  12   0:01.50 /x/node /p/node_modules/firebase-tools/lib/emulator/functionsEmulatorRuntime HOME=/root FUNCTION_TARGET=messages.send A=b',
      ' 13 1-01:00:02 node /p/node_modules/.bin/functions-framework --target x FUNCTION_TARGET=queue.low',
      ' 14   0:00.10 node /p/supervisor.mjs node /p/node_modules/.bin/functions-framework FUNCTION_TARGET=queue.low',
      ' 15   0:00.10 node /p/node_modules/other.js FUNCTION_TARGET=queue.low',
      ' 16   0:00.10 node /p/node_modules/.bin/functions-framework --target x',
      ' 17   0:00.10 node /other/node_modules/.bin/functions-framework FUNCTION_TARGET=queue.low',
    ].join('\n'),
  );
  expect(functionsAmong(listed, '/p')).toEqual([
    { pid: 12, target: 'messages.send', cpuSeconds: 1.5 },
    { pid: 13, target: 'queue.low', cpuSeconds: 90_002 },
  ]);
});

it('listening ports are read from the tables of Linux and from lsof', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4047623 1 x
   1: 0100007F:88BD 0100007F:240D 01 00000000:00000000 00:00000000 00000000     0        0 4042479 1 x`;
  expect(parseTcp(table)).toEqual([{ port: 9229, inode: '4047623' }]);
  expect(parseLsof('p12\nf20\nn127.0.0.1:9229\nf21\nn*:80\n')).toEqual([9229, 80]);
});
