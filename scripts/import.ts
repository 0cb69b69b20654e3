// Imports contacts into the running local stack or a project: `npm run import -- FILE [options]`.
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProgress } from './bench/progress.ts';
import { readOptions } from './import/options.ts';
import { outcomeText, type Outcome } from './import/outcome.ts';
import { run, UserError } from './lib/fail.ts';
import { useParameters, useProject } from './lib/remote.ts';

/** What an upload may have. */
const MAX_BYTES = 32 * 1024 * 1024;
const POLL_MS = 500;
/** Whoever has the project's credentials. */
const MEMBER = { uid: 'import', role: 'admin' } as const;

await run(async () => {
  const asked = readOptions(process.argv.slice(2));
  const content = asked.kind === 'import' ? contentOf(asked.file) : undefined;
  useParameters(useProject(asked.project));
  const { closeDb } = await import('../functions/lib/platform/firestore.js');
  try {
    if (asked.kind === 'import') {
      return await watch(await start(asked.file, content as Buffer, asked.options));
    }
    return asked.kind === 'cancel' ? await cancel(asked.jobId) : await watch(asked.jobId);
  } catch (error) {
    throw isAppError(error) ? new UserError(textOf(error)) : error;
  } finally {
    await closeDb();
  }
});

function contentOf(file: string): Buffer {
  // npm runs scripts in the project's folder, wherever it was called.
  const path = resolve(process.env['INIT_CWD'] ?? '.', file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new UserError(`There is no file ${path}.`);
  if (found.size === 0 || found.size > MAX_BYTES) {
    throw new UserError(`${path} has ${found.size} bytes; an import takes 1 byte to 32 MB.`);
  }
  return readFileSync(path);
}

async function start(file: string, content: Buffer, options: object): Promise<string> {
  const { keepUpload } = await import('../functions/lib/files/upload.js');
  const { importInput } = await import('../functions/lib/contacts/import/schema.js');
  const { importContacts } = await import('../functions/lib/contacts/import/start.js');
  const jobId = randomUUID();
  const input = importInput.safeParse({ ...options, jobId, fileId: `${MEMBER.uid}-${jobId}` });
  if (!input.success) {
    const [issue] = input.error.issues;
    throw new UserError(`"${issue?.path.join('.')}" ${issue?.message}.`);
  }
  // eslint-disable-next-line no-control-regex -- these are what a file's name may not have
  const name = basename(file).replace(/[\u0000-\u001F\u007F\\"]/g, '_');
  await keepUpload(MEMBER, { id: jobId, name }, content);
  await importContacts(MEMBER, input.data);
  return jobId;
}

/** Shows how far an import is until it is over. The work goes on if this ends before. */
async function watch(jobId: string): Promise<number> {
  const { jobOf } = await import('../functions/lib/jobs/look.js');
  const progress = createProgress();
  console.log(`Import ${jobId}; Ctrl-C leaves it running (--watch, --cancel).`);
  let shown = '';
  for (;;) {
    const { data: job } = await jobOf(MEMBER, jobId);
    const { done, total } = job.progress;
    const text = total === null ? `${job.status} …` : `${job.status}: ${done} of ${total} rows`;
    if (text !== shown) progress.show((shown = text));
    if (job.endedAt !== null) {
      progress.clear();
      if (job.result) console.log(`\n${outcomeText(job.result as unknown as Outcome)}`);
      if (job.status === 'done') return 0;
      console.error(`\n${job.error ? textOf(job.error) : 'It was cancelled; what it did stays.'}`);
      return 1;
    }
    await sleep(POLL_MS);
  }
}

async function cancel(jobId: string): Promise<number> {
  const { cancelJob } = await import('../functions/lib/jobs/cancel.js');
  await cancelJob(MEMBER, jobId);
  await watch(jobId);
  return 0;
}

interface Told {
  message: string;
  details: { hint?: unknown };
}

const isAppError = (error: unknown): error is Error & Told =>
  error instanceof Error && error.name === 'AppError';

const textOf = ({ message, details }: { message: string; details: Record<string, unknown> }) =>
  [message, details['hint']].filter((text) => typeof text === 'string').join(' ');
