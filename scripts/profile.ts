// Profiles a running function, a benchmark or any Node process:
//   npm run profile -- cpu|heap|growth|loop|gc|leaks|watch --of FUNCTION | --bench NAME …
import { readOptions } from '../load-tests/profiling/options.ts';
import { runProfile } from '../load-tests/profiling/run.ts';
import { run } from './lib/fail.ts';

await run(() => runProfile(readOptions(process.argv.slice(2))));
