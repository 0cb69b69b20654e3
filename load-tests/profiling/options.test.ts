import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

const read = (line: string) => readOptions(line.split(' '));

describe('the command line of a profile', () => {
  it.each([
    ['cpu --of webhook', { seconds: 10, subject: { kind: 'function', name: 'webhook' } }],
    ['watch --pid 12', { seconds: undefined, every: 1, subject: { kind: 'process', pid: 12 } }],
    ['growth --pid 12 --seconds 60 --every 5', { seconds: 60, every: 5 }],
    [
      'cpu --bench send',
      { seconds: undefined, subject: { kind: 'benchmark', name: 'send', rounds: 1 } },
    ],
    ['heap --bench send', { seconds: 5 }],
    ['cpu --bench send --rounds 3', { subject: { kind: 'benchmark', name: 'send', rounds: 3 } }],
    ['gc --inspect 9229', { subject: { kind: 'inspector', host: '127.0.0.1', port: 9229 } }],
    ['gc --inspect [::1]:9229', { subject: { kind: 'inspector', host: '[::1]', port: 9229 } }],
  ])('%s', (line, options) => {
    expect(read(line)).toMatchObject(options);
  });

  it.each([
    ['--of webhook', 'Name one command'],
    ['cpu heap --of webhook', 'Name one command'],
    ['flames --of webhook', 'no command flames'],
    ['cpu', 'Say what to profile'],
    ['cpu --of webhook --pid 12', 'Say what to profile'],
    ['cpu --of ../x', '--of takes'],
    ['cpu --bench sned', '--bench takes one of batch'],
    ['cpu --pid 1.5', '--pid takes'],
    ['cpu --pid 12 --rounds 2', '--rounds is for --bench'],
    ['cpu --inspect 10.0.0.7:9229', 'make a tunnel'],
    ['cpu --inspect localhost', '--inspect takes'],
    ['cpu --inspect 70000', '--inspect takes'],
    ['cpu --pid 12 --seconds soon', '--seconds takes'],
    ['cpu --pid 12 --seconds 0', '--seconds takes'],
    ['cpu --pid 12 --every 2', 'looks once'],
    ['leaks --pid 12 --seconds 9', 'how far apart'],
    ['loop --pid 12 --seconds 1 --every 5', 'there is no look'],
    ['cpu --pid 12 --fast', '--fast'],
  ])('refuses %s', (line, words) => {
    expect(() => read(line)).toThrow(words);
  });
});
