import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, STATE } from '../../lib/paths.ts';
import type { Kind } from './functions.ts';
import type { Source } from './launch.ts';
import type { Use } from './uses.ts';

/** The least function of each kind. */
const TRIGGERS: Record<Kind, string> = {
  https: `require('firebase-functions/https').onRequest({}, (_, response) => response.end())`,
  callable: `require('firebase-functions/https').onCall({}, () => null)`,
  task: `require('firebase-functions/tasks').onTaskDispatched({}, () => undefined)`,
  schedule: `require('firebase-functions/scheduler').onSchedule('every 1 minutes', () => undefined)`,
  firestore: `require('firebase-functions/firestore').onDocumentWritten('a/{b}', () => undefined)`,
  pubsub: `require('firebase-functions/pubsub').onMessagePublished('topic', () => undefined)`,
};

/** The least that opens a service. */
const SERVICES: Partial<Record<Use, string>> = {
  firestore: `new (require('@google-cloud/firestore').Firestore)({ projectId: 'demo-bench' });`,
  pubsub: `new (require('@google-cloud/pubsub').PubSub)({ projectId: 'demo-bench' });`,
  tasks: `require('firebase-admin/app').initializeApp({}, 'tasks'); require('firebase-admin/functions');`,
  auth: `require('firebase-admin/app').initializeApp({}, 'auth'); require('firebase-admin/auth');`,
};

/** Writes the least function of a kind that opens these services, and tells where it is. */
export function bareFunction(kind: Kind, uses: readonly Use[]): Source {
  const services = uses.filter((use) => SERVICES[use]).sort();
  const folder = join(STATE, 'bench', ['bare', kind, ...services].join('-'));
  mkdirSync(folder, { recursive: true });
  const dependencies = join(ROOT, 'functions', 'node_modules');
  if (!existsSync(join(folder, 'node_modules'))) {
    symlinkSync(dependencies, join(folder, 'node_modules'), 'junction');
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs","main":"index.js"}\n');
  const lines = [...services.map((use) => SERVICES[use]), `exports.bare = ${TRIGGERS[kind]};`];
  writeFileSync(join(folder, 'index.js'), `${lines.join('\n')}\n`);
  return { folder, target: 'bare', kind };
}
