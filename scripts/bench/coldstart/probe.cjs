// Preloaded into a function's host. When it listens, writes to RECADO_BENCH_REPORT after what time,
// and what was loaded until then, and ends it.
// With RECADO_BENCH_MODULES set it also measures every module, which takes time itself.
/* global process, performance */
const Module = require('node:module');
const { Server } = require('node:net');
const { writeFileSync } = require('node:fs');

const measuresModules = process.env.RECADO_BENCH_MODULES === '1';
/** By file: milliseconds of the file alone, and with all that it loaded first. */
const modules = {};
const open = [];

if (measuresModules) {
  const load = Module.prototype.load;
  Module.prototype.load = function (filename) {
    const started = performance.now();
    open.push(0);
    try {
      return load.call(this, filename);
    } finally {
      const inclusive = performance.now() - started;
      const own = inclusive - open.pop();
      if (open.length > 0) open[open.length - 1] += inclusive;
      modules[filename] = { own, inclusive, parent: this.parent?.filename ?? null };
    }
  };
}

const listen = Server.prototype.listen;
Server.prototype.listen = function (...args) {
  this.once('listening', () => {
    const ready = { ms: performance.now(), rss: process.memoryUsage().rss };
    const loaded = Object.keys(require.cache);
    writeFileSync(process.env.RECADO_BENCH_REPORT, JSON.stringify({ ...ready, loaded, modules }));
    process.exit(0);
  });
  return listen.apply(this, args);
};
