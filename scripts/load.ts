// Load tests: npm run load -- smoke|load|stress|spike|endurance [--target URL] …
import { readOptions } from '../load-tests/options.ts';
import { build } from './lib/build.ts';
import { run } from './lib/fail.ts';

await run(async () => {
  const options = readOptions(process.argv.slice(2));
  // The load tests import what it makes.
  console.log('Compiling the functions …');
  build();
  const { runLoad } = await import('../load-tests/run.ts');
  return runLoad(options);
});
