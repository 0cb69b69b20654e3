import type { Firestore, WriteBatch } from '@google-cloud/firestore';
import { projectId } from '../params';
import { db, type Version } from './firestore';
import { serverFormOf, type ServerForm } from './serverValues';
import {
  PlainWrite,
  type Fields,
  type FieldTransform,
  type Precondition,
  type Value,
} from './writeForm';

/** What a batch keeps of its writes; not in the library's types. */
export interface EncodedOps {
  _ops: { docPath: string; op: () => unknown }[];
}

/**
 * Maps of so many names are tables (a contact's keys), whose names are others each time: the engine
 * is not to make a class of objects for each.
 */
const TABLE = 25;

/** Firestore takes 20 levels. */
const MAX_DEPTH = 19;

/**
 * Adds a document of plain data to a batch in the protocol's form, for a fifth of the time that
 * the client library takes to check it: nearly all that is stored in bulk is of this kind.
 *
 * @returns whether it is plain; what is not (instances, odd names and paths) is left to the library
 */
export function addPlain(
  batch: WriteBatch,
  kind: 'create' | 'set',
  path: string,
  data: object,
): boolean {
  const fields = isPlainPath(path) ? fieldsOf(data, 1) : undefined;
  if (!fields) return false;
  const update = { name: nameOf(path), fields };
  const currentDocument = kind === 'create' ? { exists: false } : undefined;
  push(batch, path, new PlainWrite({ update, currentDocument }));
  return true;
}

/** What an update or a deletion demands: that the document is at a version, or that there is one. */
export type Demand = { version: Version } | { exists: true };

/** Adds a deletion to a batch in the protocol's form; see `addPlain`. */
export function addPlainDelete(batch: WriteBatch, path: string, demand?: Demand): boolean {
  if (!isPlainPath(path)) return false;
  const currentDocument = demand && preconditionOf(demand);
  push(batch, path, new PlainWrite({ delete: nameOf(path), currentDocument }));
  return true;
}

/** Names that need no quotes in a path. */
const PLAIN_FIELD = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/**
 * Adds an update of some fields to a batch in the protocol's form; see `addPlain`.
 *
 * @param data plain values, and those that the server computes, by their fields' paths
 */
export function addPlainUpdate(
  batch: WriteBatch,
  path: string,
  data: object,
  demand: Demand = { exists: true },
): boolean {
  const changes = isPlainPath(path) ? changesOf(data as Record<string, unknown>) : undefined;
  if (!changes) return false;
  const { fields, mask, transforms } = changes;
  const write = new PlainWrite({
    update: { name: nameOf(path), fields },
    updateMask: mask.length > 0 ? { fieldPaths: mask.sort() } : {},
    ...(transforms.length > 0 ? { updateTransforms: transforms } : {}),
    currentDocument: preconditionOf(demand),
  });
  push(batch, path, write);
  return true;
}

interface Changes {
  fields: Fields;
  mask: string[];
  transforms: FieldTransform[];
}

function changesOf(data: Record<string, unknown>): Changes | undefined {
  const changes: Changes = { fields: {}, mask: [], transforms: [] };
  const entries = Object.entries(data);
  for (const [fieldPath, value] of entries) {
    if (!PLAIN_FIELD.test(fieldPath) || hasAncestor(data, fieldPath)) return undefined;
    if (value === undefined) continue;
    if (!addChange(changes, fieldPath, value)) return undefined;
  }
  return entries.length > 0 ? changes : undefined;
}

/** Whether a map is set and something within it, too: the library refuses that. */
function hasAncestor(data: object, fieldPath: string): boolean {
  for (let at = fieldPath.indexOf('.'); at !== -1; at = fieldPath.indexOf('.', at + 1)) {
    if (Object.hasOwn(data, fieldPath.slice(0, at))) return true;
  }
  return false;
}

function addChange(changes: Changes, fieldPath: string, value: unknown): boolean {
  const names = fieldPath.split('.');
  if (names.some(isReserved)) return false;
  const form = typeof value === 'object' && value !== null ? serverFormOf(value) : undefined;
  if (form && !('delete' in form)) {
    const operand = operandOf(form);
    if (operand) changes.transforms.push({ fieldPath, ...operand });
    return operand !== undefined;
  }
  changes.mask.push(fieldPath);
  if (form) return true;
  const encoded = valueOf(value, names.length);
  if (encoded) place(changes.fields, names, encoded);
  return encoded !== undefined;
}

function operandOf(
  form: Exclude<ServerForm, { delete: true }>,
): Omit<FieldTransform, 'fieldPath'> | undefined {
  const [[name, operand]] = Object.entries(form) as [[string, unknown]];
  if (!Array.isArray(operand)) return { [name]: valueOf(operand, 1) };
  const list = arrayOf(operand, 1);
  return list && 'arrayValue' in list ? { [name]: list.arrayValue } : undefined;
}

/** Puts a value where its path says, within the maps on the way. */
function place(fields: Fields, names: readonly string[], value: Value): void {
  let into = fields;
  for (const name of names.slice(0, -1)) {
    const map = (into[name] ??= { mapValue: { fields: {} } }) as { mapValue: { fields: Fields } };
    into = map.mapValue.fields;
  }
  into[names.at(-1) as string] = value;
}

function preconditionOf(demand: Demand): Precondition {
  if ('exists' in demand) return demand;
  const [seconds, nanos] = demand.version.split('.') as [string, string];
  return { updateTime: { seconds, nanos: Number(nanos) } };
}

/** Of the client that was asked last: asking the environment takes as long as a small write. */
let root: { client: Firestore; name: string } | undefined;

function nameOf(path: string): string {
  const client = db();
  if (root?.client !== client) {
    root = { client, name: `projects/${projectId()}/databases/(default)/documents/` };
  }
  return root.name + path;
}

function push(batch: WriteBatch, docPath: string, write: PlainWrite): void {
  (batch as unknown as EncodedOps)._ops.push({ docPath, op: () => write });
}

function isPlainPath(path: string): boolean {
  const segments = path.split('/');
  return segments.length % 2 === 0 && !segments.includes('');
}

function fieldsOf(data: object, depth: number): Fields | undefined {
  if (depth > MAX_DEPTH || !isPlainObject(data)) return undefined;
  const entries = Object.entries(data);
  const fields: Fields = entries.length < TABLE ? {} : (Object.create(null) as Fields);
  for (const [name, item] of entries) {
    if (name === '' || isReserved(name)) return undefined;
    if (item === undefined) continue;
    const value = valueOf(item, depth);
    if (!value) return undefined;
    fields[name] = value;
  }
  return fields;
}

const isPlainObject = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
/** `__proto__` is one of them. */
const isReserved = (name: string): boolean => name.startsWith('__') && name.endsWith('__');

function valueOf(value: unknown, depth: number): Value | undefined {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { booleanValue: value };
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? { integerValue: value }
        : { doubleValue: value };
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (Array.isArray(value)) return arrayOf(value, depth);
  const fields = fieldsOf(value, depth + 1);
  // An empty map is sent without fields; one of nothing but undefined is no map to the library.
  if (!fields) return undefined;
  const isEmpty = Object.keys(fields).length === 0;
  if (isEmpty && Object.keys(value).length > 0) return undefined;
  return { mapValue: isEmpty ? {} : { fields } };
}

function arrayOf(items: unknown[], depth: number): Value | undefined {
  const values: Value[] = [];
  for (const item of items) {
    const value = Array.isArray(item) ? undefined : valueOf(item, depth + 1);
    if (!value) return undefined;
    values.push(value);
  }
  return { arrayValue: values.length > 0 ? { values } : {} };
}
