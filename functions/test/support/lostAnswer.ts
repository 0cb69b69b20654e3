import { vi } from 'vitest';
import { db } from '../../src/platform/firestore';

/**
 * The next commit is applied, but its answer does not come: it fails as an outage does, and is
 * tried again.
 *
 * @param meanwhile what others do before the second try
 */
export function loseNextAnswer(meanwhile: () => Promise<unknown> = () => Promise.resolve()): void {
  const client = db();
  const batch = client.batch.bind(client);
  const spy = vi.spyOn(client, 'batch').mockImplementation(() => {
    const lost = batch();
    const commit = lost.commit.bind(lost);
    lost.commit = async () => {
      spy.mockRestore();
      await commit();
      await meanwhile();
      throw Object.assign(new Error('the answer got lost'), { code: 14 });
    };
    return lost;
  });
}
