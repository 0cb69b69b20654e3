// Makes the account of an e-mail address an admin: `npm run make-admin -- EMAIL [--project ID]`.
import { parseArgs } from 'node:util';
import { run, UserError } from './lib/fail.ts';
import { useProject } from './lib/remote.ts';

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { project: { type: 'string' } },
  });
  const [email] = positionals;
  if (!email?.includes('@'))
    throw new UserError('Usage: npm run make-admin -- EMAIL [--project ID]');
  const projectId = useProject(values.project);

  const { invite } = await import('../functions/lib/team/invite.js');
  const { closeDb } = await import('../functions/lib/platform/firestore.js');
  const { passwordLink } = await invite(
    { uid: 'make-admin' },
    { email, name: email, role: 'admin' },
  );
  await closeDb();
  console.log(`${email} is an admin of ${projectId}. Choose a password here:\n${passwordLink}`);
  return 0;
});
