// Imports an upload as the deployed function would, compiled and in a process of its own, and tells
// how much memory the process took at most.
const process = require('node:process');
const { importJob } = require('../../lib/contacts/import/job.js');
const { runJob } = require('../../lib/jobs/run.js');
const { closeDb } = require('../../lib/platform/firestore.js');

async function main() {
  const [jobId] = process.argv.slice(2);
  await runJob(jobId, { 'contacts-import': async () => importJob });
  await closeDb();
  process.stdout.write(String(Math.round(process.resourceUsage().maxRSS / 1024)));
}

void main();
