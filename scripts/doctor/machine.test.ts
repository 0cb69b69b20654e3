import { expect, test } from 'vitest';
import { runChecks, type Finding } from './check.ts';
import {
  judgeDependencies,
  judgeEmulator,
  judgeNode,
  judgeNpm,
  judgePorts,
  judgeRedis,
  machineChecks,
  type Machine,
} from './machine.ts';

test.each<[string, Finding, Finding['state']]>([
  ['Node 24', judgeNode('v24.21.0'), 'ok'],
  ['Node 20', judgeNode('v20.9.0'), 'missing'],
  ['npm 11', judgeNpm('11.0.0'), 'ok'],
  ['npm 9', judgeNpm('9.9.4'), 'missing'],
  ['no npm', judgeNpm(undefined), 'missing'],
  ['everything installed', judgeDependencies([]), 'ok'],
  ['an old installation', judgeDependencies(['functions']), 'missing'],
  ['an emulator of the Google Cloud CLI', judgeEmulator('firestore', 'gcloud'), 'ok'],
  ['a downloaded emulator', judgeEmulator('pubsub', 'downloaded'), 'ok'],
  ['no emulator yet', judgeEmulator('pubsub', undefined), 'skipped'],
  ['free ports', judgePorts([]), 'ok'],
  ['a busy port', judgePorts([8080]), 'ok'],
  ['Redis', judgeRedis('Redis server v=7.0.15 sha=0 malloc=jemalloc'), 'ok'],
  ['no Redis', judgeRedis(undefined), 'skipped'],
])('%s', (_, finding, state) => {
  expect(finding.state).toBe(state);
});

const machine: Machine = {
  nodeVersion: 'v24.21.0',
  firstLine: (command) => Promise.resolve(command === 'npm' ? '11.0.0' : undefined),
  installed: () => true,
  findJdk: () => Promise.resolve({ home: '/jdk', version: 25 }),
  emulator: () => 'gcloud',
  busyPorts: () => Promise.resolve([]),
};

test('a machine with everything that is needed', async () => {
  const results = await runChecks(machineChecks(machine));

  expect(results.filter(({ finding }) => finding.state === 'missing')).toEqual([]);
  expect(results.find(({ name }) => name === 'JDK')?.finding.detail).toBe('25 in /jdk');
});

test('a machine without a JDK is told how to get one', async () => {
  const results = await runChecks(
    machineChecks({
      ...machine,
      findJdk: () => Promise.reject(new Error('The newest is Java 17.\nInstall one:\n  apt-get')),
    }),
  );

  expect(results.find(({ name }) => name === 'JDK')?.finding).toEqual({
    state: 'missing',
    detail: 'The newest is Java 17.',
    mend: 'Install one:\n  apt-get',
  });
});

test('the folder whose dependencies are old is named', () => {
  expect(judgeDependencies(['.', 'functions'])).toMatchObject({
    mend: 'npm ci\nnpm ci --prefix functions',
  });
});
