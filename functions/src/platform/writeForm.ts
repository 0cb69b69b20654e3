/** A value in the protocol's form. */
export type Value =
  | { nullValue: 'NULL_VALUE' }
  | { booleanValue: boolean }
  | { integerValue: number }
  | { doubleValue: number }
  | { stringValue: string }
  | { arrayValue: { values?: Value[] } }
  | { mapValue: { fields?: Fields } };
export type Fields = Record<string, Value>;

/** What the server is to do with one field: the path and one operand. */
export interface FieldTransform {
  fieldPath: string;
  increment?: Value;
  maximum?: Value;
  minimum?: Value;
  appendMissingElements?: { values?: Value[] };
  removeAllFromArray?: { values?: Value[] };
}

export type Precondition = { exists: boolean } | { updateTime: { seconds: string; nanos: number } };

interface Form {
  update?: { name: string; fields: Fields };
  delete?: string;
  updateMask?: { fieldPaths?: string[] };
  updateTransforms?: FieldTransform[];
  currentDocument?: Precondition | undefined;
}

/**
 * A write in the protocol's form, as the client library takes it, that consists of nothing but what
 * is listed here. The class is how `commitBytes.ts` knows it again.
 */
export class PlainWrite {
  readonly update: Form['update'];
  readonly delete: Form['delete'];
  readonly updateMask: Form['updateMask'];
  readonly updateTransforms: Form['updateTransforms'];
  readonly currentDocument: Form['currentDocument'];

  constructor(form: Form) {
    this.update = form.update;
    this.delete = form.delete;
    this.updateMask = form.updateMask;
    this.updateTransforms = form.updateTransforms;
    this.currentDocument = form.currentDocument;
  }
}
