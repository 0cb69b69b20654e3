// Starts the local stack, seeds it, prints the addresses and follows changes of the code.
import { join } from 'node:path';
import { startChild } from './lib/child.ts';
import { run } from './lib/fail.ts';
import { LOCAL } from './lib/localConfig.ts';
import { bin, STATE } from './lib/paths.ts';
import { startSchedules } from './lib/schedules.ts';
import { PEOPLE, seed } from './lib/seed.ts';
import { startStack, stopOnSignals } from './lib/stack.ts';

await run(async () => {
  const stack = await startStack({
    projectId: 'demo-recado',
    withFunctions: true,
    say: console.log,
  });
  stopOnSignals(stack);
  Object.assign(process.env, stack.environment);
  console.log('Seeding …');
  await seed();
  const stopSchedules = startSchedules(stack);
  // The functions emulator loads functions/lib anew whenever it changes.
  const watch = startChild(
    bin('tsc'),
    ['-p', 'functions/tsconfig.build.json', '--watch', '--preserveWatchOutput'],
    { logFile: join(STATE, 'watch.log') },
  );

  console.log(`
Recado is running.

  Callables          ${stack.functionsUrl}/messages-send, …
  WhatsApp webhook   ${stack.webhookUrl}
  WhatsApp simulator ${stack.simulatorUrl}/_control/…
  Firestore          127.0.0.1:${stack.ports.firestore}   Auth 127.0.0.1:${stack.ports.auth}   (project ${stack.projectId})
  Redis (REST)       ${stack.redisUrl ?? 'none; caches and limits are kept per instance'}
  Members            ${PEOPLE.map(({ email, role }) => `${email} (${role})`).join(', ')}

Let a customer write:

  curl ${stack.simulatorUrl}/_control/customers/34600111222/messages \\
    -H 'content-type: application/json' \\
    -d '{"phoneNumberId":"${LOCAL.channelId}","messages":[{"type":"text","text":{"body":"Hola"}}]}'

Ctrl-C ends everything.
`);
  const reason = await stack.broken;
  stopSchedules();
  await Promise.all([watch.stop(), stack.stop()]);
  console.error(reason);
  return 1;
});
