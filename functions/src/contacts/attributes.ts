import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { createCache } from '../platform/cache';
import { addToTransaction, inTransaction } from '../platform/commit';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { BUILT_IN, valueProblem } from './attributeRules';
import type { AttributeDefinition, AttributeValue, defineAttributeInput } from './schema';
import { ATTRIBUTES_PATH, readAttributes, writeAttributes } from './store';

export type Definitions = Readonly<Record<string, AttributeDefinition>>;

const MAX_ATTRIBUTES = 100;

/** An instance may know an older list by so much; then a new attribute is unknown to it. */
const definitionsCache = createCache<Definitions>({ name: 'attributes', maxAgeMs: 30_000 });

/** The attributes that contacts may have, by name. One read in half a minute. */
export const attributeDefinitions = (): Promise<Definitions> =>
  definitionsCache.get('all', async () => ({
    ...BUILT_IN,
    ...(await readAttributes()).data?.definitions,
  }));

/** The same for apps, in the order of names. */
export async function listAttributes(): Promise<{
  attributes: (AttributeDefinition & { name: string })[];
}> {
  definitionsCache.clear();
  const all = await attributeDefinitions();
  const names = Object.keys(all).sort();
  return {
    attributes: names.map((name) => ({ name, ...(all[name] as AttributeDefinition) })),
  };
}

/**
 * Defines an attribute, or changes its label or choices. Its type stays what it was, for contacts
 * have values of it. Done twice it is done once.
 *
 * @throws AppError `failed-precondition` for another type, or the hundred-and-first attribute
 */
export async function defineAttribute(
  member: Member,
  { name, type, label = name, choices }: z.output<typeof defineAttributeInput>,
): Promise<{ name: string }> {
  const definition: AttributeDefinition = { type, label, ...(choices ? { choices } : {}) };
  await inTransaction(async (transaction) => {
    const stored = (await readAttributes(transaction)).data?.definitions ?? {};
    const before = stored[name] ?? BUILT_IN[name];
    if (before && before.type !== type) {
      throw new AppError('failed-precondition', `"${name}" is of the type ${before.type}.`, {
        details: { reason: 'type-is-fixed', field: 'type', hint: 'Take another name.' },
      });
    }
    if (!before && Object.keys(stored).length >= MAX_ATTRIBUTES) {
      throw new AppError('failed-precondition', `There are ${MAX_ATTRIBUTES} attributes already.`, {
        details: { reason: 'too-many-attributes' },
      });
    }
    if (isDeepStrictEqual(before, definition)) return;
    addToTransaction(transaction, [
      writeAttributes({ definitions: { ...stored, [name]: definition } }),
      auditWrite(member.uid, 'attributes.define', ATTRIBUTES_PATH, { name, type }),
    ]);
  });
  definitionsCache.clear();
  return { name };
}

/**
 * Throws where a value is not one that its attribute takes, or the attribute is not defined. Nulls,
 * which take an attribute away, are always right.
 */
export async function checkAttributes(
  values: Readonly<Record<string, AttributeValue | null>>,
): Promise<void> {
  const wrong = await problemOf(values);
  if (!wrong) return;
  definitionsCache.clear();
  // It may have been defined a moment ago.
  const [name, problem] = (await problemOf(values)) ?? [];
  if (name === undefined) return;
  throw new AppError('invalid-argument', `The attribute "${name}" ${problem}.`, {
    details: { reason: 'invalid-attribute', field: `attributes.${name}` },
  });
}

async function problemOf(
  values: Readonly<Record<string, AttributeValue | null>>,
): Promise<[name: string, problem: string] | undefined> {
  const set = Object.entries(values).filter(([, value]) => value !== null);
  if (set.length === 0) return undefined;
  const definitions = await attributeDefinitions();
  for (const [name, value] of set) {
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (!definition) return [name, 'is not defined; define it with attributes-define'];
    const problem = valueProblem(definition, value as AttributeValue);
    if (problem !== null) return [name, problem];
  }
  return undefined;
}
