// Imports a file of contacts: `npm run import -- FILE [--country ES] [--rule fill] [--tag TAG]…
// [--map HEADER=COLUMN]… [--key KEY] [--dry-run] [--project ID]`. With the key of an import that was
// broken off it goes on.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { run, UserError } from './lib/fail.ts';
import { localParameters, localSecrets } from './lib/localConfig.ts';
import { useProject } from './lib/remote.ts';

const USAGE =
  'Usage: npm run import -- FILE [--country ES] [--rule keep|overwrite|fill] [--tag TAG]… ' +
  '[--map HEADER=COLUMN]… [--key KEY] [--dry-run] [--project ID]';

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      country: { type: 'string' },
      rule: { type: 'string', default: 'fill' },
      tag: { type: 'string', multiple: true, default: [] },
      map: { type: 'string', multiple: true, default: [] },
      key: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      project: { type: 'string' },
    },
  });
  const [file] = positionals;
  if (file === undefined) throw new UserError(USAGE);
  const content = readFileSync(file);
  const projectId = useProject(values.project);
  if (projectId.startsWith('demo-')) {
    const simulator = process.env['GRAPH_BASE'] ?? 'http://127.0.0.1:8089';
    process.env = { ...localParameters(simulator), ...localSecrets(), ...process.env };
  }
  const { importInput } = await import('../functions/lib/contacts/import/schema.js');
  const { importContacts } = await import('../functions/lib/contacts/import/start.js');
  const { importJob } = await import('../functions/lib/contacts/import/job.js');
  const { keepUpload } = await import('../functions/lib/files/upload.js');
  const { runJob } = await import('../functions/lib/jobs/run.js');
  const { jobOf } = await import('../functions/lib/jobs/look.js');
  const { closeDb } = await import('../functions/lib/platform/firestore.js');

  // The same file with the same options is the same import, unless it is given another key.
  const options = JSON.stringify([
    values.country,
    values.rule,
    values.tag,
    values.map,
    values['dry-run'],
  ]);
  const digest = createHash('sha256').update(content).update(options).digest('hex').slice(0, 32);
  const jobId = values.key ?? `import-${digest}`;
  const member = { uid: 'import', role: 'admin' } as const;
  const upload = { id: `${digest}-file`, name: basename(file).replace(/["\\]/g, '_') };
  const { fileId } = await keepUpload(member, upload, content);
  const input = importInput.safeParse({
    ...{ jobId, fileId, rule: values.rule, tags: values.tag, dryRun: values['dry-run'] },
    ...(values.country ? { defaultCountry: values.country } : {}),
    mapping: Object.fromEntries(values.map.map(pairOf)),
  });
  if (!input.success) throw new UserError(`${input.error.issues[0]?.message}\n${USAGE}`);

  await importContacts(member, input.data);
  const timer = setInterval(() => {
    void jobOf(member, jobId).then(({ data: { progress } }) => {
      process.stderr.write(`\r${progress.done} of ${progress.total ?? '?'} rows `);
    });
  }, 1_000);
  try {
    await runJob(jobId, { 'contacts-import': () => Promise.resolve(importJob as never) });
  } finally {
    clearInterval(timer);
  }
  const { data: job } = await jobOf(member, jobId);
  await closeDb();
  process.stderr.write('\r');
  if (job.status !== 'done') {
    throw new UserError(
      job.error
        ? [job.error.message, job.error.details['hint']].filter(Boolean).join(' ')
        : `The import is ${job.status}; another run goes on with it.`,
    );
  }
  const { examples, ...counts } = job.result as {
    examples: { line: number; column: string; reason: string }[];
  };
  console.log(counts);
  if (examples.length > 0) console.table(examples);
  return 0;
});

function pairOf(text: string): [string, string | null] {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new UserError(`"${text}" is not HEADER=COLUMN.\n${USAGE}`);
  return [text.slice(0, at), text.slice(at + 1) || null];
}
