// Preloaded into an instance: tells its parent, on demand, what it holds after a collection; or has
// it reject a promise that nobody handles.
/* global __dirname, process, setTimeout, gc */
const { join } = require('node:path');

const count = (names) => {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

process.on('message', async (message) => {
  if (message === 'reject') {
    void Promise.reject(new Error('of ana@example.com'));
    return;
  }
  // What the last answers left is released in later turns, so that one collection is not enough.
  for (let n = 0; n < 6; n++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const lifecycle = require(join(__dirname, '..', '..', 'lib', 'platform', 'lifecycle.js'));
  const events = process.eventNames().filter((name) => typeof name === 'string');
  process.send({
    heapBytes: process.memoryUsage().heapUsed,
    resources: count(process.getActiveResourcesInfo()),
    listeners: Object.fromEntries(events.map((name) => [name, process.listenerCount(name)])),
    cleanUps: lifecycle.registeredCleanUps(),
  });
});
