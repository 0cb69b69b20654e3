import { join } from 'node:path';
import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, it } from 'vitest';
import { ROOT } from '../lib/paths.ts';
import rule from './noFirestoreInLoops.ts';

RuleTester.describe = describe;
RuleTester.it = it;

const tester = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { projectService: true, tsconfigRootDir: ROOT },
  },
});

/** The code stands for a file of the project, so that its imports are the real ones. */
const filename = join(ROOT, 'functions', 'src', 'conversations', 'snoozes.ts');
const options = [
  { requests: ['functions/src/batch/batch\\w+\\.ts$'], iterators: ['mapConcurrently'] },
];
const PRELUDE = `
import type { DocumentReference, BulkWriter, CollectionReference, WriteBatch } from '@google-cloud/firestore';
import { batchQuery } from '../batch/batchQuery';
import { collection } from '../batch/collection';
import { commit, inTransaction, type WriteOp } from '../platform/commit';
import { commitGroups } from '../platform/commitGroups';
import { db, read, readAll } from '../platform/firestore';
import { enqueue } from '../platform/tasks';
import { mapConcurrently } from '../shared/async';
import { readConversation, updateConversation } from './store';
declare const ids: string[];
declare const refs: DocumentReference[];
declare const more: boolean;
const things = collection<{ n: number }>('things');
void [batchQuery, commit, inTransaction, commitGroups, db, read, readAll, enqueue, mapConcurrently];
void [readConversation, updateConversation, things];
`;

const valid = (name: string, code: string) => ({
  name,
  code: PRELUDE + code,
  filename,
  options,
});
/** `ways`: how each reported loop comes to Firestore. */
const invalid = (name: string, code: string, ...ways: string[]) => ({
  ...valid(name, code),
  errors: ways.map((way) => ({ messageId: 'inLoop', data: { way } })),
});
const READ = 'read → readAll → getAll';

tester.run('no-firestore-in-loops', rule, {
  valid: [
    valid('one request for all', 'await readAll(ids);'),
    valid('all in one commit', 'await commit(ids.map((id) => updateConversation(id, {})));'),
    valid(
      'writes added to a batch',
      'const batch: WriteBatch = db().batch(); for (const ref of refs) batch.delete(ref); await batch.commit();',
    ),
    valid(
      'a writer that queues',
      'declare const writer: BulkWriter; for (const ref of refs) void writer.delete(ref);',
    ),
    valid(
      'the list that is looped over',
      'for (const { id } of await readAll(ids)) console.log(id);',
    ),
    valid('where a loop begins', 'for (let got = await read("a/b"); more;) console.log(got);'),
    valid('tasks', 'await mapConcurrently(ids, 4, (id) => enqueue("q", {}, { key: id }));'),
    valid(
      'what maps are asked for',
      'const m = new Map<string, string>(); for (const id of ids) m.get(id);',
    ),
    valid('a promise that goes on', 'await read("a/b").then(({ data }) => data);'),
    valid(
      'a map that is no library’s',
      'const thing = { map: (work: () => unknown) => work() }; await thing.map(() => read("a/b"));',
    ),
    valid(
      'a function of a parameter, which cannot be told',
      'export async function each(work: (id: string) => Promise<void>) { for (const id of ids) await work(id); }',
    ),
    valid(
      'a loop that says why',
      `// eslint-disable-next-line rule-to-test/no-firestore-in-loops -- the next begins where this ends
do { await batchQuery(things, [{ where: [] }]); } while (more);`,
    ),
  ],
  invalid: [
    invalid('for … of', 'for (const ref of refs) await ref.get();', 'get'),
    invalid('for … in', 'for (const id in { a: 1 }) await db().doc(id).delete();', 'delete'),
    invalid('a counting loop', 'for (let n = 0; n < 9; n++) await refs[n]?.set({});', 'set'),
    invalid('while', 'while (more) await db().runTransaction(async () => {});', 'runTransaction'),
    invalid('the condition', 'while ((await read("a/b")).data) console.log(1);', READ),
    invalid('do', 'do { await batchQuery(things, []); } while (more);', 'batchQuery'),
    invalid('without an await', 'for (const ref of refs) void ref.create({});', 'create'),
    invalid('map', 'await Promise.all(ids.map((id) => read(`a/${id}`)));', READ),
    invalid(
      'map by name',
      'await Promise.all(ids.map(readConversation));',
      `readConversation → ${READ}`,
    ),
    invalid('forEach of a set', 'new Set(refs).forEach((ref) => void ref.update({}));', 'update'),
    invalid('flatMap', 'ids.flatMap((id) => read(id));', READ),
    invalid('filter', 'refs.filter((ref) => ref.get());', 'get'),
    invalid(
      'reduce',
      'await refs.reduce(async (p, ref) => { await p; await ref.get(); }, Promise.resolve());',
      'get',
    ),
    invalid('Array.from', 'Array.from(ids, (id) => read(id));', READ),
    invalid('listing', 'for (const ref of refs) await ref.listCollections();', 'listCollections'),
    invalid(
      'streams',
      'declare const all: CollectionReference[]; for (const one of all) one.stream();',
      'stream',
    ),
    invalid(
      'side by side',
      'await mapConcurrently(ids, 9, async (id) => { await commit([updateConversation(id, {})]); });',
      'commit → commit',
    ),
    invalid(
      'side by side, by name',
      'await mapConcurrently(refs, 9, async (ref) => ref.get());',
      'get',
    ),
    invalid(
      'a function of a store',
      'for (const id of ids) await readConversation(id);',
      `readConversation → ${READ}`,
    ),
    invalid(
      'groups',
      'for (const id of ids) await commitGroups([[updateConversation(id, {})]]);',
      'commitGroups → inTurn → commitWaiting → commitTogether → commit → commit',
    ),
    invalid(
      'a transaction',
      'for (const id of ids) await inTransaction((t) => readConversation(id, t));',
      'inTransaction → runTransaction',
    ),
    invalid(
      'behind functions of the file, which call each other',
      `async function one(id: string): Promise<void> { if (more) await two(id); }
       const two = async (id: string): Promise<void> => { await one(id); await read(id); };
       for (const id of ids) await one(id);`,
      `one → two → ${READ}`,
    ),
    invalid(
      'in a function that is made in the loop',
      'for (const id of ids) { const work = () => read(id); await work(); }',
      READ,
    ),
    invalid(
      'a loop in a loop once, the inner one',
      'for (const id of ids) for (const ref of refs) await ref.update({ id });',
      'update',
    ),
    invalid(
      'a loop within one that is allowed',
      `// eslint-disable-next-line rule-to-test/no-firestore-in-loops -- pages
do {
  await readAll(ids);
  await Promise.all(refs.map((ref) => ref.get())); } while (more);`,
      'get',
    ),
    {
      ...valid(
        'an exception without a reason',
        `// eslint-disable-next-line rule-to-test/no-firestore-in-loops
for (const ref of refs) await ref.get();`,
      ),
      errors: [{ messageId: 'noReason' }],
    },
  ],
});
