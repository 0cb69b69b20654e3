import { Firestore } from '@google-cloud/firestore';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackwardWriter } from './backwardWriter';
import { commitSerializer, type CommitRequest } from './commitBytes';
import { addPlain, addPlainDelete, addPlainUpdate, type EncodedOps } from './plainWrite';
import { absent, increment, maximum, minimum, union, without } from './serverValues';

process.env['GCLOUD_PROJECT'] ??= 'demo-commit-bytes';
// The library would ask the network who it is.
process.env['METADATA_SERVER_DETECTION'] = 'none';
const firestore = new Firestore({
  projectId: 'demo-commit-bytes',
  ignoreUndefinedProperties: true,
  // Nobody listens there, and nothing is sent.
  host: '127.0.0.1:1',
  ssl: false,
});

interface Codec {
  requestSerialize(request: CommitRequest): Buffer;
  requestDeserialize(bytes: Buffer): unknown;
}
interface Connection {
  initialize(): Promise<{ commit: Codec }>;
  close(): Promise<void>;
}
let library: Codec;
let connection: Connection;

beforeAll(async () => {
  const internals = firestore as unknown as {
    _clientPool: { clientFactory(requiresGrpc: boolean): Connection };
  };
  connection = internals._clientPool.clientFactory(true);
  library = (await connection.initialize()).commit;
});
afterAll(() => connection.close());

const DATABASE = 'projects/demo-commit-bytes/databases/(default)';
/** What a server reads of a request as we encode it, and as the library does. */
function bothWays(fill: (batch: FirebaseFirestore.WriteBatch) => void) {
  const batch = firestore.batch();
  fill(batch);
  const writes = (batch as unknown as EncodedOps)._ops.map(({ op }) => op());
  const request = { database: DATABASE, transaction: Buffer.from('tx'), writes };
  const ours = commitSerializer((rest) => library.requestSerialize(rest))(request);
  return {
    ours: library.requestDeserialize(ours),
    theirs: library.requestDeserialize(library.requestSerialize(request)),
    writes: writes.length,
  };
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ minLength: 20, maxLength: 300 }),
  fc.string({ unit: 'grapheme', minLength: 120, maxLength: 140 }),
);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, -1, 2 ** 53, NaN, -Infinity),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 6, arbitrary: fc.oneof(text, number, fc.boolean(), fc.constant(null)) },
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
}));
const data = fc.dictionary(text, value, { maxKeys: 30 });
const list = fc.array(fc.oneof(text, number), { minLength: 1, maxLength: 4 });
const changed = fc.oneof(
  value,
  fc.constant(absent()),
  number.map(increment),
  number.map(maximum),
  number.map(minimum),
  list.map((items) => union(...items)),
  list.map((items) => without(...items)),
);
const changes = fc.dictionary(fc.constantFrom('a', 'b', 'c.d', 'c.e.f', 'g_1'), changed);
const version = fc
  .tuple(fc.integer({ min: -5, max: 2 ** 33 }), fc.integer({ min: 0, max: 999_999_999 }))
  .map(([seconds, nanos]) => ({ version: `${seconds}.${nanos}` }));
const demand = fc.oneof(version, fc.constant({ exists: true } as const), fc.constant(undefined));

const write = fc.oneof(
  fc.record({ kind: fc.constantFrom('create' as const, 'set' as const), data }),
  fc.record({ kind: fc.constant('update' as const), data: changes, demand }),
  fc.record({ kind: fc.constant('delete' as const), demand }),
  // Left to the library.
  fc.record({ kind: fc.constant('bytes' as const) }),
);

describe('commitSerializer', () => {
  it('encodes every commit so that a server reads what the library would have told it', () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), (all) => {
        const { ours, theirs } = bothWays((batch) => {
          for (const [index, one] of all.entries()) {
            const path = `contacts/número-${index}`;
            if (one.kind === 'bytes') batch.set(firestore.doc(path), { a: Buffer.from('x') });
            else if (one.kind === 'delete')
              plain += Number(addPlainDelete(batch, path, one.demand));
            else if (one.kind === 'update')
              plain += Number(addPlainUpdate(batch, path, one.data, one.demand));
            else plain += Number(addPlain(batch, one.kind, path, one.data));
          }
        });
        expect(ours).toEqual(theirs);
        // The order of names, too.
        expect(JSON.stringify(ours)).toBe(JSON.stringify(theirs));
      }),
      { numRuns: 3_000 },
    );
    expect(plain).toBeGreaterThan(3_000);
  });

  it('encodes commits of several megabytes, and small ones after them', () => {
    const large = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`k${n}`, 'ñ'.repeat(50)]),
    );
    for (const count of [200, 1, 3]) {
      const { ours, theirs, writes } = bothWays((batch) => {
        for (let n = 0; n < count; n++) addPlain(batch, 'set', `contacts/${n}`, { ...large, n });
      });
      expect(writes).toBe(count);
      expect(ours).toEqual(theirs);
    }
  });

  it('starts anew after a write that the library refuses', () => {
    const refusing = commitSerializer(() => {
      throw new Error('not this one');
    });
    const batch = firestore.batch();
    addPlain(batch, 'set', 'contacts/a', { a: 1 });
    const writes = (batch as unknown as EncodedOps)._ops.map(({ op }) => op());
    expect(() => refusing({ writes: [...writes, { other: true }] })).toThrow('not this one');
    const { ours, theirs } = bothWays((next) => void addPlain(next, 'set', 'contacts/b', { b: 2 }));
    expect(ours).toEqual(theirs);
  });

  it('leaves a commit without a plain write to the library whole', () => {
    const request = { writes: [{ delete: 'x' }] };
    expect(
      commitSerializer((whole) => Buffer.from(whole === request ? 'whole' : 'part'))(request),
    ).toEqual(Buffer.from('whole'));
  });
});

it('a text that is no text in Unicode is stored with a mark in place of half a character', () => {
  const out = new BackwardWriter();
  out.text('a\ud800b');
  expect(out.finish().toString()).toBe('a\ufffdb');
});
