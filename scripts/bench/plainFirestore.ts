import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

/** Firestore's client as the product has it; the project's root does not. */
export type PlainFirestore = ReturnType<
  typeof import('../../functions/lib/platform/firestore.js').db
>;

const requireAsFunctions = createRequire(join(ROOT, 'functions', 'package.json'));

/** Another client of the same library and version as the product's, without the product. */
export function plainFirestore(projectId: string): PlainFirestore {
  const { Firestore } = requireAsFunctions('@google-cloud/firestore') as {
    Firestore: new (settings: object) => PlainFirestore;
  };
  return new Firestore({ projectId, ignoreUndefinedProperties: true });
}
