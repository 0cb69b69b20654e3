// Preloaded into a process whose use is measured. Writes lines that `processes.ts` reads when they
// change: what Firestore billed it for and how long it had requests, which is the time that Cloud
// Run bills. Its standard input is a pipe; when that ends, whoever started it is gone.
/* global process, performance, setInterval */
const { Server } = require('node:http');
const { onFirestoreOperation } = require('../../functions/lib/platform/meter.js');

const used = { reads: 0, writes: 0, deletes: 0, requests: 0, busyMs: 0 };
let isListening = false;
let underWay = 0;
let busySince = 0;

onFirestoreOperation(({ reads, writes, deletes, failed }) => {
  used.reads += reads;
  if (failed) return;
  used.writes += writes;
  used.deletes += deletes;
});

const emit = Server.prototype.emit;
Server.prototype.emit = function (event, ...args) {
  if (event === 'listening') {
    isListening = true;
    tell();
  }
  if (event === 'request') {
    used.requests++;
    if (underWay++ === 0) busySince = performance.now();
    args[1].once('close', () => {
      if (--underWay === 0) used.busyMs += performance.now() - busySince;
    });
  }
  return emit.call(this, event, ...args);
};

let told = '';
function tell() {
  const busyMs = used.busyMs + (underWay > 0 ? performance.now() - busySince : 0);
  const report = { isListening, used: { ...used, busyMs } };
  const news = JSON.stringify(report);
  if (news === told) return;
  told = news;
  const { user, system } = process.cpuUsage();
  report.used.cpuMs = (user + system) / 1_000;
  // Kilobytes, the most so far.
  report.used.rssBytes = process.resourceUsage().maxRSS * 1_024;
  process.stdout.write(`@bench ${JSON.stringify(report)}\n`);
}
setInterval(tell, 250).unref();
process.stdin.resume().once('end', () => process.exit());
