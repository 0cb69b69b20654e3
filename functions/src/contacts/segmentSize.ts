import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { createWriteBehind } from '../platform/cache/writeBehind';
import { now } from '../platform/clock';
import type { Version } from '../platform/firestore';
import type { Segment, SegmentSize } from './schema';
import { segments } from './store';

const EVERY_MS = 60_000;
const MAX_SEGMENTS = 100;
/** The same size is written down again when what is stored is as old as this. */
const REFRESH_MS = 10 * 60_000;

interface Noted {
  size: SegmentSize;
  /** Of the segment whose filter was counted: one that was changed since has another size. */
  version: Version;
}

const sizes = createWriteBehind<Noted>({
  name: 'segment sizes',
  everyMs: EVERY_MS,
  maxKeys: MAX_SEGMENTS,
  async write(noted) {
    const report = await batchUpdate(
      segments,
      [...noted].map(([id, { size, version }]) => ({
        kind: 'update',
        id,
        data: { size },
        version,
      })),
    );
    throwIfFailed(report);
  },
});

/**
 * Has the size of a segment written down with it, so that lists show sizes without counting. Within
 * about a minute, one write a segment however often it is counted; lost if the instance dies, for
 * the next count notes it again.
 */
export async function noteSize(
  id: string,
  { data, version }: { data: Segment; version: Version },
  counted: Omit<SegmentSize, 'at'>,
): Promise<void> {
  const { size } = data;
  const isKnown = size?.count === counted.count && size.isExact === counted.isExact;
  if (isKnown && now() - size.at < REFRESH_MS) return;
  await sizes.note(id, { size: { ...counted, at: now() }, version });
}
