// Migrates `old` into `large` as a deployed function would, compiled and in a process of its own,
// and tells how much memory the process took at most.
const process = require('node:process');
const { batchMigration } = require('../../lib/batch/batchMigration.js');
const { collection } = require('../../lib/batch/collection.js');
const { closeDb } = require('../../lib/platform/firestore.js');

async function main() {
  const report = await batchMigration(
    collection('old'),
    collection('large'),
    ({ data }) => ({ data: { ...data, n: -data.n } }),
    // The largest pages take the most memory. And the emulator looks at the whole collection for
    // each page.
    { name: 'large', pageSize: 5_000 },
  );
  await closeDb();
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(JSON.stringify({ report, megabytes }));
}

void main();
