import type { Manifest } from '../doctor/manifest.ts';
import { settingsOf } from '../doctor/settings.ts';
import { UserError } from '../lib/fail.ts';
import { TUNED } from './parameters.ts';
import type { Value } from './propose.ts';

/**
 * The present values of the tuned parameters, by name, and their defaults.
 *
 * @param read what a parameters file of functions/ sets
 * @throws UserError that names a value which is no whole number
 */
export function valuesOf(
  manifest: Pick<Manifest, 'params'>,
  projectId: string | undefined,
  read?: (name: string) => Record<string, string>,
): Map<string, Value> {
  const settings = settingsOf(manifest, projectId, read);
  return new Map(
    TUNED.map(({ name }): [string, Value] => {
      const setting = settings.find((each) => each.name === name);
      const preset = manifest.params.find((each) => each.name === name)?.default;
      if (!setting) throw new Error(`${name} is no parameter of the functions`);
      const present = Number(setting.value);
      if (!Number.isInteger(present) || present < 1) {
        const where = typeof setting.from === 'object' ? ` in ${setting.from.file}` : '';
        throw new UserError(`${name} has to be a whole number${where}, not "${setting.value}".`);
      }
      return [name, { present, preset: Number(preset) }];
    }),
  );
}
