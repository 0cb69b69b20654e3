// Preloaded into every Node process of a benchmark (NODE_OPTIONS): opens the inspector of those
// that run the product, on a free port, and leaves a file that says where.
const { writeFileSync, renameSync } = require('node:fs');
const inspector = require('node:inspector');
const { basename, join } = require('node:path');
const { isMainThread } = require('node:worker_threads');

const folder = process.env.RECADO_PROFILE_FOLDER;
const name = isMainThread && folder ? nameOf(process.argv[1] ?? '') : undefined;
if (name) {
  inspector.open(0, '127.0.0.1');
  const file = join(folder, String(process.pid));
  writeFileSync(`${file}.part`, JSON.stringify({ pid: process.pid, name, url: inspector.url() }));
  renameSync(`${file}.part`, `${file}.json`);
}

/** Functions hosted as on Cloud Run, and the benchmark itself, which runs some of the code. */
function nameOf(script) {
  if (basename(script) === 'functions-framework') return process.env.FUNCTION_TARGET;
  return basename(script) === 'bench.ts' ? 'bench' : undefined;
}
