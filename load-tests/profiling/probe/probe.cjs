// Evaluated in the profiled process: measures what only it can see of itself, until it is told to
// stop, or nobody has asked for a while because whoever profiled it is gone.
/* global clearTimeout */
(() => {
  const KEY = Symbol.for('recado.profile');
  const RESOLUTION_MS = 10;
  const PATIENCE_MS = 120_000;
  const GC_KINDS = { 1: 'minor', 2: 'minor', 4: 'major', 8: 'incremental', 16: 'weak' };
  const { monitorEventLoopDelay, PerformanceObserver } =
    process.getBuiltinModule('node:perf_hooks');

  globalThis[KEY]?.stop();
  const recent = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const whole = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  recent.enable();
  whole.enable();
  let pauses = [];
  let cpu = process.cpuUsage();
  const note = (entries) => {
    for (const { duration, detail } of entries) {
      pauses.push({ kind: GC_KINDS[detail?.kind] ?? 'other', ms: duration });
    }
  };
  const collections = new PerformanceObserver((list) => note(list.getEntries()));
  collections.observe({ entryTypes: ['gc'] });
  const patience = setTimeout(stop, PATIENCE_MS);
  patience.unref();

  // The measured times include the interval between two measurements.
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const delayOf = (histogram) =>
    histogram.count === 0
      ? null
      : {
          p50: ms(histogram.percentile(50)),
          p95: ms(histogram.percentile(95)),
          p99: ms(histogram.percentile(99)),
          max: ms(histogram.max),
        };

  /** Since the last reading, but for `whole`: since the beginning. */
  function read() {
    patience.refresh();
    note(collections.takeRecords());
    const { rss, heapUsed, external } = process.memoryUsage();
    const used = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    const reading = {
      delay: delayOf(recent),
      whole: delayOf(whole),
      pauses,
      rss,
      heapUsed,
      external,
      cpuMs: (used.user + used.system) / 1_000,
      handles: process.getActiveResourcesInfo().length,
    };
    pauses = [];
    recent.reset();
    return reading;
  }

  function stop() {
    clearTimeout(patience);
    recent.disable();
    whole.disable();
    collections.disconnect();
    delete globalThis[KEY];
  }

  globalThis[KEY] = { read, stop };
})();
