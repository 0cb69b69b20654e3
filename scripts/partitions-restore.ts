// Restores an archived month: `npm run partitions:restore -- messages 2026-01 [--dry-run] [--project ID]`.
import { parseArgs } from 'node:util';
import { run, UserError } from './lib/fail.ts';
import { localParameters, localSecrets } from './lib/localConfig.ts';
import { useParameters, useProject } from './lib/remote.ts';

const USAGE = 'npm run partitions:restore -- messages 2026-01 [--dry-run] [--project ID]';

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      project: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const projectId = useProject(values.project);
  useParameters(projectId);
  if (projectId.startsWith('demo-')) {
    process.env = { ...localParameters('http://127.0.0.1:9'), ...localSecrets(), ...process.env };
  }
  const { monthInput } = await import('../functions/lib/archive/schema.js');
  const { restore } = await import('../functions/lib/archive/restore.js');
  const { TakenOver } = await import('../functions/lib/archive/store.js');
  const { AppError } = await import('../functions/lib/shared/errors.js');
  const { closeDb } = await import('../functions/lib/platform/firestore.js');
  try {
    const [collection, month] = positionals;
    const input = monthInput.safeParse({ collection, month });
    if (!input.success) throw new UserError(`Name a collection and a month: ${USAGE}`);
    const dryRun = values['dry-run'];
    const done = await restore(input.data.collection, input.data.month, {
      dryRun,
      onProgress: (documents: number) => console.log(`  ${documents} messages of a file are there`),
    });
    console.log(`${done.partitions.join(', ')}: ${done.documents} messages, all files are whole.`);
    console.log(
      done.keepUntil === null
        ? 'Nothing was changed.'
        : `${done.restored} were brought back; the others were there. ` +
            `The month stays until ${new Date(done.keepUntil).toISOString().slice(0, 10)}.`,
    );
    return 0;
  } catch (error) {
    if (error instanceof AppError) throw new UserError(error.message);
    if (error instanceof TakenOver) {
      throw new UserError('Another restore of this month goes on. Wait for it.');
    }
    throw error;
  } finally {
    await closeDb();
  }
});
