// Replays dead letters: `npm run replay -- [ID…] [--project ID]`; without ids, all that are open.
import { parseArgs } from 'node:util';
import { run } from './lib/fail.ts';
import { localParameters, localSecrets } from './lib/localConfig.ts';
import { useProject } from './lib/remote.ts';

const PAGE = 100;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { project: { type: 'string' } },
  });
  const projectId = useProject(values.project);
  if (projectId.startsWith('demo-')) {
    const simulator = process.env['GRAPH_BASE'] ?? 'http://127.0.0.1:8089';
    process.env = { ...localParameters(simulator), ...localSecrets(), ...process.env };
  }
  const { listDeadLetters } = await import('../functions/lib/deadLetters/list.js');
  const { replay } = await import('../functions/lib/webhooks/replay.js');
  const { closeDb } = await import('../functions/lib/platform/firestore.js');

  const counts = new Map<string, number>();
  const replayAll = async (ids: string[]): Promise<void> => {
    for (const { id, result } of await replay({ uid: 'replay' }, ids)) {
      counts.set(result, (counts.get(result) ?? 0) + 1);
      console.log(`${id}  ${result}`);
    }
  };
  if (positionals.length > 0) await replayAll(positionals);
  else {
    let cursor: string | null | undefined;
    do {
      const page = await listDeadLetters({
        status: 'open',
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
      });
      await replayAll(page.deadLetters.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
  }
  await closeDb();
  console.log(
    [...counts].map(([result, count]) => `${count} ${result}`).join(', ') || 'Nothing to replay.',
  );
  return counts.has('still-dead') ? 1 : 0;
});
