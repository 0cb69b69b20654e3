// Writes monitoring/grafana.json and monitoring/alert-policies/*.json from the functions' metrics,
// rules and thresholds. `--check` writes nothing and fails when they are not up to date.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './lib/build.ts';
import { run, UserError } from './lib/fail.ts';
import { ROOT } from './lib/paths.ts';
import { generatedFiles } from './monitoring/files.ts';
import type { Source } from './monitoring/types.ts';

await run(async () => {
  build();
  const { METRICS } = await import('../functions/lib/shared/metricCatalogue.js');
  const { RULES, runbookOf } = await import('../functions/lib/monitoring/rules.js');
  const file = join(ROOT, 'functions', 'src', 'shared', 'thresholds.json');
  const thresholds = JSON.parse(readFileSync(file, 'utf8')) as Source['thresholds'];
  const files = await generatedFiles({ metrics: METRICS, rules: RULES, runbookOf, thresholds });
  if (process.argv.includes('--check')) {
    const stale = [...files].filter(([path, text]) => readText(path) !== text);
    if (stale.length === 0) return 0;
    const names = stale.map(([path]) => path).join(', ');
    throw new UserError(`Not up to date: ${names}. Run "npm run monitoring:generate".`);
  }
  // Policies of rules that are gone go with them.
  rmSync(join(ROOT, 'monitoring', 'alert-policies'), { recursive: true, force: true });
  mkdirSync(join(ROOT, 'monitoring', 'alert-policies'), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(ROOT, path), text);
  console.log(`${files.size} files in monitoring/ are up to date.`);
  return 0;
});

function readText(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined;
  }
}
