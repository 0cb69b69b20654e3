import type { WriteOp } from '../platform/commit';
import type { Version } from '../platform/firestore';
import { DAY_MS, floorTo, MINUTE_MS } from './levels';
import { countedWrite, readCounted } from './store';

const HASH_BYTES = 8;
/** Hashes a document: 1 MiB holds 131,000. */
const MAX_HASHES = 100_000;
/** Longer than an event can be on its way: Pub/Sub keeps it for seven days. */
export const OLDEST_EVENT_MS = 8 * DAY_MS;

/** Which events of a window's changes were counted. */
export interface Counted {
  has(id: string): boolean;
  add(id: string): void;
  /** The writes that remember what was added; they fail where others added meanwhile. */
  writes(): WriteOp[];
}

const WINDOW_MS = 5 * MINUTE_MS;
/** Events of documents that changed within these five minutes are remembered together. */
export const windowOf = (at: number): string =>
  new Date(floorTo(at, WINDOW_MS)).toISOString().slice(0, 16);

const hashOf = (id: string): bigint => BigInt(`0x${id.slice(0, 2 * HASH_BYTES)}`);

/** What was counted of a window's changes. A read for each 100,000 events. */
export async function countedOf(window: string): Promise<Counted> {
  const known = new Set<bigint>();
  let last: { part: number; hashes: bigint[]; version: Version | undefined };
  // eslint-disable-next-line recado/no-firestore-in-loops -- a part holds 100,000; few windows have two
  for (let part = 0; ; part++) {
    const { data, version } = await readCounted(window, part);
    const hashes = data ? decode(data.hashes) : [];
    for (const hash of hashes) known.add(hash);
    last = { part, hashes, version };
    if (hashes.length < MAX_HASHES) break;
  }
  const added: bigint[] = [];
  return {
    has: (id) => known.has(hashOf(id)),
    add(id) {
      known.add(hashOf(id));
      added.push(hashOf(id));
    },
    writes() {
      if (added.length === 0) return [];
      const hashes = encode([...last.hashes, ...added]);
      const expiresAt = Date.parse(`${window}Z`) + OLDEST_EVENT_MS + DAY_MS;
      return [countedWrite(window, last.part, { hashes, expiresAt }, last.version)];
    },
  };
}

function decode(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / HASH_BYTES }, (_, n) =>
    view.getBigUint64(n * HASH_BYTES),
  );
}

function encode(hashes: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(hashes.length * HASH_BYTES);
  hashes.forEach((hash, n) => bytes.writeBigUInt64BE(hash, n * HASH_BYTES));
  return bytes;
}
