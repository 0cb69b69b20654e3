// Archives messages: `npm run partitions:archive -- [--dry-run] [--days N] [--project ID]`.
import { parseArgs } from 'node:util';
import { run, UserError } from './lib/fail.ts';
import { localParameters, localSecrets } from './lib/localConfig.ts';
import { useParameters, useProject } from './lib/remote.ts';

/** A run of the command; what is left is for the next one. */
const RUN_MS = 6 * 3_600_000;
const USAGE = 'npm run partitions:archive -- [--dry-run] [--days N] [--project ID]';

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) {
    throw new UserError(`--days has to be a number of days: ${USAGE}`);
  }
  return days;
}

await run(async () => {
  const { values } = parseArgs({
    options: {
      project: { type: 'string' },
      days: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const days = daysOf(values.days);
  const projectId = useProject(values.project);
  useParameters(projectId);
  if (projectId.startsWith('demo-')) {
    process.env = { ...localParameters('http://127.0.0.1:9'), ...localSecrets(), ...process.env };
  }
  const { archive } = await import('../functions/lib/archive/run.js');
  const { forecast } = await import('../functions/lib/archive/plan.js');
  const { AppError } = await import('../functions/lib/shared/errors.js');
  const { closeDb } = await import('../functions/lib/platform/firestore.js');
  try {
    const told = await forecast('messages', days);
    if (told.before === null) {
      throw new UserError(
        `Nothing is archived: ARCHIVE_MESSAGES_AFTER_DAYS is 0. Set it, or name days: ${USAGE}`,
      );
    }
    for (const { month, documents } of told.months) console.log(`${month}  ${documents} messages`);
    for (const month of told.kept) console.log(`${month}  restored, kept for now`);
    console.log(
      `Before ${new Date(told.before).toISOString().slice(0, 10)}: ${told.documents} messages, ` +
        `about $${told.usd.toFixed(4)}.`,
    );
    if (values['dry-run']) {
      console.log('Nothing was changed.');
      return 0;
    }
    const done = await archive('messages', Date.now() + RUN_MS, {
      ...(days === undefined ? {} : { days }),
      onProgress: ({ id, status, count, next, parts }) =>
        console.log(`  ${id}: ${status}, ${count} messages, file ${next} of ${parts}`),
    });
    console.log(
      `Archived: ${done.archived.join(', ') || 'nothing'}. ` +
        (done.isComplete ? 'Nothing is left to do.' : 'The next run goes on.'),
    );
    return 0;
  } catch (error) {
    throw error instanceof AppError ? new UserError(error.message) : error;
  } finally {
    await closeDb();
  }
});
