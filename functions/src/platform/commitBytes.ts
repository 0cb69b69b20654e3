import type { Firestore } from '@google-cloud/firestore';
import { BackwardWriter } from './backwardWriter';
import {
  PlainWrite,
  type Fields,
  type FieldTransform,
  type Precondition,
  type Value,
} from './writeForm';

/** Fields' numbers and wire types, by message, as `google/firestore/v1/*.proto` has them. */
const TAG = {
  commit: { writes: (2 << 3) | 2 },
  write: {
    update: (1 << 3) | 2,
    delete: (2 << 3) | 2,
    updateMask: (3 << 3) | 2,
    currentDocument: (4 << 3) | 2,
    updateTransforms: (7 << 3) | 2,
  },
  document: { name: (1 << 3) | 2, fields: (2 << 3) | 2 },
  entry: { key: (1 << 3) | 2, value: (2 << 3) | 2 },
  value: {
    boolean: 1 << 3,
    integer: 2 << 3,
    double: (3 << 3) | 1,
    map: (6 << 3) | 2,
    array: (9 << 3) | 2,
    null: 11 << 3,
    string: (17 << 3) | 2,
  },
  mapFields: (1 << 3) | 2,
  arrayValues: (1 << 3) | 2,
  maskPaths: (1 << 3) | 2,
  precondition: { exists: 1 << 3, updateTime: (2 << 3) | 2 },
  time: { seconds: 1 << 3, nanos: 2 << 3 },
  transform: {
    fieldPath: (1 << 3) | 2,
    increment: (3 << 3) | 2,
    maximum: (4 << 3) | 2,
    minimum: (5 << 3) | 2,
    appendMissingElements: (6 << 3) | 2,
    removeAllFromArray: (7 << 3) | 2,
  },
} as const;

export interface CommitRequest {
  writes?: unknown[] | null;
}
type Serialize = (request: CommitRequest) => Buffer;

type Failure = Error & { metadata?: { get(key: string): unknown[] } | undefined };
type Callback = (error: Failure | null, ...rest: unknown[]) => void;
type Call = (request: unknown, metadata: unknown, options: unknown, callback: Callback) => unknown;

/** A method of a gRPC client; not in the library's types. */
interface Method extends Call {
  path: string;
  requestSerialize: Serialize;
  responseDeserialize: unknown;
}
interface Stub {
  commit: Call;
  makeUnaryRequest(...args: unknown[]): unknown;
}
interface Connections {
  _clientPool: { clientFactory(requiresGrpc: boolean): { initialize(): Promise<Stub> } };
}

/**
 * Makes a client send commits as `commitSerializer` encodes them. For each write the library's
 * protocol otherwise makes an object of classes out of the plain one, and bytes out of that.
 */
export function withCommitBytes<T extends Firestore>(firestore: T): T {
  const pool = (firestore as unknown as Connections)._clientPool;
  const connect = pool.clientFactory.bind(pool);
  pool.clientFactory = (requiresGrpc) => {
    const connection = connect(requiresGrpc);
    // Whoever uses a connection that cannot be made is told by the library.
    connection.initialize().then(encodeCommits, () => undefined);
    return connection;
  };
  return firestore;
}

function encodeCommits(stub: Stub): void {
  const { path, requestSerialize, responseDeserialize } = stub.commit as Partial<Method>;
  // Where the library is made otherwise, it encodes commits itself: as rightly, only slower.
  if (!path || !requestSerialize) return;
  const serialize = commitSerializer(requestSerialize);
  stub.commit = (request, metadata, options, callback) => {
    const done = withoutEmptyDetails(callback);
    const codecs = [path, serialize, responseDeserialize];
    return stub.makeUnaryRequest(...codecs, request, metadata, options, done);
  };
}

/**
 * For an error with metadata the library builds all that could decode its details, for half a
 * millisecond, also where there are none: conflicts have none, and they are common.
 */
const withoutEmptyDetails =
  (callback: Callback): Callback =>
  (error, ...rest) => {
    if (error?.metadata?.get('grpc-status-details-bin').length === 0) error.metadata = undefined;
    callback(error, ...rest);
  };

/** One for all: nothing waits while a message is written. */
const out = new BackwardWriter();

/**
 * Encodes commits' plain writes; what else a request has is left to the library. A message that is
 * put together of several is theirs one after the other, with their lists joined.
 */
export const commitSerializer =
  (byLibrary: Serialize): Serialize =>
  (request) => {
    const writes = request.writes ?? [];
    if (!writes.some((write) => write instanceof PlainWrite)) return byLibrary(request);
    out.clear();
    for (const write of writes.toReversed()) {
      if (write instanceof PlainWrite) addWrite(write);
      else out.bytes(byLibrary({ writes: [write] }));
    }
    out.bytes(byLibrary({ ...request, writes: [] }));
    return out.finish();
  };

// Everything below writes the last field first: the writer goes backwards.

function addWrite(write: PlainWrite): void {
  const end = out.length;
  for (const transform of write.updateTransforms?.toReversed() ?? []) addTransform(transform);
  if (write.currentDocument) addPrecondition(write.currentDocument);
  if (write.updateMask) addMask(write.updateMask.fieldPaths ?? []);
  if (write.delete !== undefined) out.textField(TAG.write.delete, write.delete);
  if (write.update) addDocument(write.update);
  out.close(TAG.commit.writes, end);
}

function addDocument({ name, fields }: { name: string; fields: Fields }): void {
  const end = out.length;
  addFields(TAG.document.fields, fields);
  out.textField(TAG.document.name, name);
  out.close(TAG.write.update, end);
}

function addMask(paths: readonly string[]): void {
  const end = out.length;
  for (const path of paths.toReversed()) out.textField(TAG.maskPaths, path);
  out.close(TAG.write.updateMask, end);
}

function addPrecondition(precondition: Precondition): void {
  const end = out.length;
  if ('exists' in precondition) {
    out.varint(precondition.exists ? 1 : 0);
    out.varint(TAG.precondition.exists);
  } else {
    addTime(precondition.updateTime);
  }
  out.close(TAG.write.currentDocument, end);
}

function addTime({ seconds, nanos }: { seconds: string; nanos: number }): void {
  const end = out.length;
  out.varint(nanos);
  out.varint(TAG.time.nanos);
  out.int64(Number(seconds));
  out.varint(TAG.time.seconds);
  out.close(TAG.precondition.updateTime, end);
}

function addTransform(transform: FieldTransform): void {
  const { fieldPath, increment, maximum, minimum } = transform;
  const { appendMissingElements, removeAllFromArray } = transform;
  const end = out.length;
  if (increment) addValue(TAG.transform.increment, increment);
  if (maximum) addValue(TAG.transform.maximum, maximum);
  if (minimum) addValue(TAG.transform.minimum, minimum);
  if (appendMissingElements) {
    addArray(TAG.transform.appendMissingElements, appendMissingElements.values);
  }
  if (removeAllFromArray) addArray(TAG.transform.removeAllFromArray, removeAllFromArray.values);
  out.textField(TAG.transform.fieldPath, fieldPath);
  out.close(TAG.write.updateTransforms, end);
}

function addFields(tag: number, fields: Fields): void {
  // The emulator gives names back in the order in which it was sent them.
  for (const name of Object.keys(fields).toReversed()) {
    const end = out.length;
    addValue(TAG.entry.value, fields[name] as Value);
    out.textField(TAG.entry.key, name);
    out.close(tag, end);
  }
}

function addArray(tag: number, values: readonly Value[] = []): void {
  const end = out.length;
  for (const value of values.toReversed()) addValue(TAG.arrayValues, value);
  out.close(tag, end);
}

function addMap(tag: number, fields: Fields = {}): void {
  const end = out.length;
  addFields(TAG.mapFields, fields);
  out.close(tag, end);
}

function addValue(tag: number, value: Value): void {
  const end = out.length;
  if ('stringValue' in value) {
    out.textField(TAG.value.string, value.stringValue);
  } else if ('integerValue' in value) {
    out.int64(value.integerValue);
    out.varint(TAG.value.integer);
  } else if ('booleanValue' in value) {
    out.varint(value.booleanValue ? 1 : 0);
    out.varint(TAG.value.boolean);
  } else if ('mapValue' in value) {
    addMap(TAG.value.map, value.mapValue.fields);
  } else if ('nullValue' in value) {
    out.varint(0);
    out.varint(TAG.value.null);
  } else if ('arrayValue' in value) {
    addArray(TAG.value.array, value.arrayValue.values);
  } else {
    out.double(value.doubleValue);
    out.varint(TAG.value.double);
  }
  out.close(tag, end);
}
