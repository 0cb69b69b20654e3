import { format, resolveConfig } from 'prettier';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { dashboardOf } from './grafana.ts';
import { policiesOf } from './policies.ts';
import type { Source } from './types.ts';

/** The generated files, by path below the project's root. */
export async function generatedFiles(source: Source): Promise<Map<string, string>> {
  const files: [string, object][] = [
    ['monitoring/grafana.json', dashboardOf(source)],
    ...Object.entries(policiesOf(source)).map(([name, policy]): [string, object] => [
      `monitoring/alert-policies/${name}.json`,
      policy,
    ]),
  ];
  const config = await resolveConfig(join(ROOT, 'package.json'));
  const texts = await Promise.all(
    files.map(async ([path, content]): Promise<[string, string]> => [
      path,
      await format(JSON.stringify(content), { ...config, parser: 'json' }),
    ]),
  );
  return new Map(texts);
}
