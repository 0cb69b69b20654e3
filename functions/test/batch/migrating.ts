import { beforeAll, beforeEach, expect } from 'vitest';
import {
  batchMigration,
  type MigrationReport,
  type Transform,
} from '../../src/batch/batchMigration';
import { collection } from '../../src/batch/collection';
import { increment } from '../../src/platform/firestore';
import { useProject } from '../support/project';
import { clearFirestore } from '../support/stored';
import { installFaults, type Faults } from './faults';
import { dump, FAST, pad } from './stored';

export interface Old {
  n: number;
  name?: string;
}
export interface New {
  n: number;
  label?: string;
  /** How often it was written: an increment, so that a page done twice would show. */
  written?: unknown;
  'odd.name'?: string;
}
export const old = collection<Old>('old');
export const target = collection<New>('new');
/** What is to happen to the requests of the test. */
export let faults: Faults;

/** An empty project before each test, whose requests can be made to fail. */
export function useMigrations(project: string): void {
  useProject(project);
  beforeAll(() => {
    faults = installFaults();
  });
  beforeEach(async () => {
    faults.end();
    await clearFirestore();
  });
}

export const oldDocuments = (count: number): Record<string, Old> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`old/${pad(n)}`, { n, name: `name ${n}` }]),
  );

/** Every fifth is passed over; some become two. */
export const transform: Transform<Old, New> = ({ id, data }) => {
  if (data.n % 5 === 4) return null;
  const first = { data: { n: data.n, label: data.name ?? '', written: increment(1) } };
  if (data.n % 7 !== 0) return first;
  return [first, { id: `${id}-twin`, data: { n: -data.n, written: increment(1) } }];
};

export const COUNT = 130;
export const OPTIONS = { ...FAST, name: 'renaming', pageSize: 20, merge: true };
export const copy = (options: object = {}): Promise<MigrationReport> =>
  batchMigration(old, target, transform, { ...OPTIONS, ...options });

/** Each of the documents was written once, and not as often as its page was tried. */
export const expectWrittenOnce = async (): Promise<void> => {
  for (const [path, stored] of Object.entries(await dump('new'))) {
    expect(stored, path).toMatchObject({ written: 1 });
  }
};
