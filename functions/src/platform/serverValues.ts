import { FieldValue } from '@google-cloud/firestore';

/** What the server is to do with a field, with plain values in place of the protocol's. */
export type ServerForm =
  | { delete: true }
  | { increment: number }
  | { maximum: number }
  | { minimum: number }
  | { appendMissingElements: readonly unknown[] }
  | { removeAllFromArray: readonly unknown[] };

const FORM = Symbol('form');
type WithForm = FieldValue & { [FORM]?: ServerForm };

/** What a value that was made here asks of the server; undefined for every other value. */
export const serverFormOf = (value: object): ServerForm | undefined => (value as WithForm)[FORM];

function withForm(value: WithForm, form: ServerForm): FieldValue {
  value[FORM] = form;
  return value;
}

/** Values that the server computes, so that no read has to come before the write. */
export const increment = (by: number): FieldValue =>
  withForm(FieldValue.increment(by), { increment: by });
export const union = (...items: unknown[]): FieldValue =>
  withForm(FieldValue.arrayUnion(...items), { appendMissingElements: items });
export const without = (...items: unknown[]): FieldValue =>
  withForm(FieldValue.arrayRemove(...items), { removeAllFromArray: items });
export const absent = (): FieldValue => withForm(FieldValue.delete(), { delete: true });

/** Part of the API; not yet of the library's types. */
const { maximum: maximumOf, minimum: minimumOf } = FieldValue as unknown as Record<
  'maximum' | 'minimum',
  (value: number) => FieldValue
>;
/** The greater of the stored number and this one. */
export const maximum = (value: number): FieldValue =>
  withForm(maximumOf(value), { maximum: value });
/** The smaller of the stored number and this one; this one where none is stored. */
export const minimum = (value: number): FieldValue =>
  withForm(minimumOf(value), { minimum: value });
