import type { Dimensions } from '../shared/fact';
import { GROUPS, type Group } from './schema';

/** The dimensions that are counted together above minutes. */
export const FAMILIES = {
  kinds: ['channelId', 'direction', 'type'],
  campaigns: ['channelId', 'campaignId'],
  agents: ['channelId', 'agentId'],
  links: ['channelId', 'link'],
} as const satisfies Record<string, readonly Group[]>;
export type Family = keyof typeof FAMILIES;
export const FAMILY_NAMES = Object.keys(FAMILIES) as Family[];

/** What a family is of: only what has it is counted there; `kinds` has everything. */
const SUBJECT: Record<Family, Group | null> = {
  kinds: null,
  campaigns: 'campaignId',
  agents: 'agentId',
  links: 'link',
};

/** A key of series: the values of dimensions in their order, nothing for null. */
export const keyOf = (dimensions: Dimensions, names: readonly Group[] = GROUPS): string =>
  names.map((name) => (dimensions[name] ?? '').replaceAll('|', '_')).join('|');

/** The values in a key. */
export function valuesOf(
  key: string,
  names: readonly Group[] = GROUPS,
): Partial<Record<Group, string>> {
  const values = key.split('|');
  return Object.fromEntries(names.map((name, n) => [name, values[n] ?? '']));
}

/** Under which key a family counts what minutes count under `key`; `undefined`: not at all. */
export function projected(key: string, family: Family): string | undefined {
  const values = valuesOf(key);
  const subject = SUBJECT[family];
  if (subject !== null && !values[subject]) return undefined;
  return FAMILIES[family].map((name) => values[name]).join('|');
}

/** The family that has all of these dimensions; `undefined` where they are not counted together. */
export const familyWith = (wanted: readonly Group[]): Family | undefined =>
  FAMILY_NAMES.find((family) =>
    wanted.every((name) => (FAMILIES[family] as readonly Group[]).includes(name)),
  );
