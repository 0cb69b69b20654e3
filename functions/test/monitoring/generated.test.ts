import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { METRICS } from '../../src/shared/metricCatalogue';
import thresholds from '../../src/shared/thresholds.json';
import { RULES, runbookOf } from '../../src/monitoring/rules';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { generatedFiles } from '../../../scripts/monitoring/files.ts';
import { dashboardOf } from '../../../scripts/monitoring/grafana.ts';

const source = { metrics: METRICS, rules: RULES, runbookOf, thresholds };
let files: Map<string, string>;
beforeAll(async () => {
  files = await generatedFiles(source);
});

it('the dashboard and the policies are as the rules and thresholds are: npm run monitoring:generate', () => {
  for (const [path, text] of files) expect(readFileSync(join(ROOT, path), 'utf8'), path).toBe(text);
  const policies = readdirSync(join(ROOT, 'monitoring/alert-policies'));
  expect(policies.map((name) => `monitoring/alert-policies/${name}`).sort()).toEqual(
    [...files.keys()].filter((path) => path.includes('policies')).sort(),
  );
});

it('every rule has a policy', () => {
  for (const { id } of RULES) expect(files.has(`monitoring/alert-policies/${id}.json`)).toBe(true);
});

it('a metric that no panel shows is refused', () => {
  const metrics = { ...METRICS, recado_new_total: { kind: 'counter', help: '', labels: [] } };
  expect(() => dashboardOf({ ...source, metrics })).toThrow('No panel shows recado_new_total.');
});
