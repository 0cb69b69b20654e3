import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { MigrationReport } from '../../src/batch/batchMigration';
import { db } from '../../src/platform/firestore';
import { useProject } from '../support/project';
import { pad } from './stored';

useProject('batch-migration-large');

const COUNT = 100_000;
const MEGABYTES = 256;

/** Firestore itself takes as many in a commit as 10 MiB hold, its emulator 4. */
const PART = 5_000;

async function seedPart(from: number): Promise<void> {
  const batch = db().batch();
  for (let n = from; n < from + PART; n++) {
    batch.set(db().doc(`old/${pad(n)}`), { n, name: `a name of the usual length, number ${n}` });
  }
  await batch.commit();
}

/** What V8 gives itself on a machine with little memory; on this one it would let garbage lie. */
const LITTLE_MEMORY = ['--max-old-space-size=128', '--max-semi-space-size=8'];

async function migrateInChild(): Promise<{ report: MigrationReport; megabytes: number }> {
  const child = spawn(
    process.execPath,
    [...LITTLE_MEMORY, join(import.meta.dirname, 'migrateLarge.cjs')],
    { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  return JSON.parse(output) as Awaited<ReturnType<typeof migrateInChild>>;
}

it(
  `migrates ${COUNT.toLocaleString('en')} documents within ${MEGABYTES} MB`,
  { timeout: 300_000 },
  async () => {
    await Promise.all(Array.from({ length: COUNT / PART }, (_, part) => seedPart(part * PART)));
    const { report, megabytes } = await migrateInChild();
    expect(report).toMatchObject({ read: COUNT, written: COUNT, isComplete: true });
    expect(report.verification).toMatchObject({ target: COUNT, replaced: 0, isSound: true });
    expect((await db().doc('large/77777').get()).get('n')).toBe(-77_777);
    console.log(`${COUNT.toLocaleString('en')} documents migrated within ${megabytes} MB`);
    expect(megabytes).toBeLessThan(MEGABYTES);
  },
);
