import { build } from './lib/build.ts';
import { run } from './lib/fail.ts';

await run(() => {
  build({ anew: true });
  return 0;
});
