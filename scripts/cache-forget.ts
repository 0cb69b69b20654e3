// Makes cached answers load anew, for instance after data was changed by hand:
// `npm run cache:forget -- 'contacts*' [--project ID]`.
import { parseArgs } from 'node:util';
import { run, UserError } from './lib/fail.ts';
import { useParameters, useProject } from './lib/remote.ts';

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { project: { type: 'string' } },
  });
  const [pattern, ...more] = positionals;
  if (!pattern || more.length > 0) {
    throw new UserError("Say which tags, * for all: npm run cache:forget -- 'contacts*'");
  }
  useParameters(useProject(values.project));
  const { hasRedis } = await import('../functions/lib/platform/redis.js');
  const { forgetLike } = await import('../functions/lib/platform/cache/shared.js');
  if (!hasRedis()) {
    throw new UserError(
      'There is no Redis, or its token is not in the environment (UPSTASH_REDIS_REST_TOKEN). ' +
        'Without one, every instance forgets by itself, within a minute.',
    );
  }
  const count = await forgetLike(pattern);
  console.log(`${count} tags forgotten; instances look again within seconds.`);
  return 0;
});
