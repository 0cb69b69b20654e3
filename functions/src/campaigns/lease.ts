import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import type { Read } from '../platform/firestore';
import { onShutdown } from '../platform/lifecycle';
import { log } from '../platform/log';
import { sleep } from '../platform/sleep';
import { newId } from '../shared/ids';
import { readLane, writeLane, type Lane } from './store';

/** A lane's exclusive right to send at its pace. */
export interface Lease {
  readonly holder: string;
  /** Whether sending is still allowed. */
  isHeld(): boolean;
  release(): Promise<void>;
}

/** Sends of the one before may still be counted in the second after its last one. */
const PAUSE_BETWEEN_MS = 1_500;
/** Sending ends so much before the lease does: clocks differ. */
const MARGIN_MS = 1_000;

/** How often it is looked whether somebody gave a lane back. */
const LOOK_MS = 2_000;

/**
 * Takes a lane. Where somebody else holds it, it is waited until they give it back or their lease
 * is over; one who renews it meanwhile is alive, and this run is not needed.
 *
 * @param leaseMs how long it is held without being renewed; it is renewed three times as often
 */
export async function takeLane(
  channelId: string,
  lane: number,
  leaseMs: number,
): Promise<Lease | undefined> {
  let known = await readLane(channelId, lane);
  // eslint-disable-next-line recado/no-firestore-in-loops -- a look every two seconds, for as long as a lease at most
  for (let left = leftOf(known); left > 0; left = leftOf(known)) {
    await sleep(Math.min(LOOK_MS, left));
    const before = known.version;
    known = await readLane(channelId, lane);
    if (known.version !== before && known.data?.holder != null) return undefined;
  }
  return hold(channelId, lane, leaseMs, known);
}

/** How long a lane is still held, by the clock of whoever holds it. */
const leftOf = ({ data }: Read<Lane>): number => {
  const left = (data?.until ?? 0) - now();
  return left > 0 ? left + MARGIN_MS : 0;
};

async function hold(
  channelId: string,
  lane: number,
  leaseMs: number,
  known: Read<Lane>,
): Promise<Lease | undefined> {
  const holder = newId();
  let { version } = known;
  const held = { until: 0, isLost: false };

  const renew = async (): Promise<void> => {
    const next = now() + leaseMs;
    try {
      version = await commit([
        writeLane(channelId, lane, { channelId, holder, until: next }, version),
      ]);
      held.until = next;
    } catch (error) {
      if (!isConflict(error)) throw error;
      const stored = await readLane(channelId, lane);
      // The answer to the renewal before may have got lost.
      held.isLost = stored.data?.holder !== holder;
      version = stored.version;
      held.until = held.isLost ? 0 : (stored.data?.until ?? 0);
    }
  };
  await renew();
  if (held.isLost) return undefined;

  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(renew).catch((error: unknown) => {
      log.warn('a lane could not be renewed', { channelId, lane, error });
    });
  }, leaseMs / 3);
  let isReleased = false;
  const release = async (): Promise<void> => {
    isReleased = true;
    clearInterval(timer);
    await renewing;
    if (held.isLost) return;
    try {
      const data = { channelId, holder: null, until: now() + PAUSE_BETWEEN_MS };
      await commit([writeLane(channelId, lane, data, version)]);
    } catch (error) {
      // It ends by itself.
      log.info('a lane was not released', { channelId, lane, error });
    }
  };
  return {
    holder,
    isHeld: () => !isReleased && !held.isLost && now() < held.until - MARGIN_MS,
    // An instance that ends gives it back, so that another one need not wait for its end.
    release: onShutdown('lane', release),
  };
}
