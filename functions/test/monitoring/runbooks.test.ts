import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RULES, runbookOf } from '../../src/monitoring/rules';
import { METRICS } from '../../src/shared/metricCatalogue';
import thresholds from '../../src/shared/thresholds.json';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { policiesOf } from '../../../scripts/monitoring/policies.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const runbooks = read('docs/runbooks.md');
const pages = ['docs/runbooks.md', 'docs/operations.md'];

/** The alerts' headings, which are their anchors. */
const headings = [...runbooks.matchAll(/^### (.+)$/gm)].map(([, title]) => title);
/** A topic of Pub/Sub is named like a function, and is none. */
const TOPIC = 'analytics-events';

/** What stands between backticks, without what is in blocks of code. */
const named = (page: string): string[] =>
  [
    ...read(page)
      .replaceAll(/^```[^]*?^```/gm, '')
      .matchAll(/`([^`\n]+)`/g),
  ].map(([, name]) => name ?? '');

it('every alert has a runbook, and every runbook its alert', () => {
  const alerts = Object.keys(policiesOf({ metrics: METRICS, rules: RULES, runbookOf, thresholds }));

  expect(headings.toSorted()).toEqual(alerts.toSorted());
  for (const alert of alerts) {
    const [file = '', anchor = ''] = runbookOf(alert).split('#');
    expect(read(file)).toContain(`\n### ${anchor}\n`);
  }
});

it.each(headings)(
  '%s: what it means, how it is seen, why, what to do, when it is over',
  (title) => {
    const [, section = ''] = runbooks.split(`### ${title}\n`);
    const [own = ''] = section.split(/^##/m);

    for (const part of ['Means', 'Seen', 'Likely causes', 'Do', 'Over', 'Do not']) {
      expect(own).toContain(`**${part}`);
    }
  },
);

/** What exists, by how it is named. */
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const functions = Object.keys(JSON.parse(read('functions/test/endpoints.snapshot.json')) as object);
const groups = functions.flatMap((name) => name.split('.').slice(0, -1));
const parameters = [...read('functions/src/params.ts').matchAll(/'([A-Z_]+)'/g)].map(
  ([, name]) => name,
);
const metrics = ['shared/metricCatalogue.ts', 'monitoring/prometheus.ts'].flatMap((file) =>
  [...read(`functions/src/${file}`).matchAll(/recado_[a-z_]+/g)].map(([name]) => name),
);

const isUnknown = (name: string): boolean => {
  const [, group = '', own = ''] = /^([a-zA-Z]+)-([a-zA-Z]+)$/.exec(name) ?? [];
  if (groups.includes(group)) return name !== TOPIC && !functions.includes(`${group}.${own}`);
  if (/^[A-Z]+(_[A-Z]+)+$/.test(name)) return !parameters.includes(name);
  const [metric] = /^recado_[a-z_]+/.exec(name) ?? [];
  return metric !== undefined && !metrics.includes(metric);
};

it.each(pages)('%s names commands, functions, parameters and metrics that exist', (page) => {
  const commands = [...read(page).matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name ?? '');

  expect(commands.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  expect(named(page).filter(isUnknown)).toEqual([]);
});
