// Writes of an identity as deployed functions do, compiled and in a process of its own, together
// with writers in other processes.
const process = require('node:process');
const { randomUUID } = require('node:crypto');
const { setTimeout } = require('node:timers/promises');
const { resolveContact } = require('../../lib/contacts/identify.js');
const { recordWishes } = require('../../lib/contacts/wishes.js');
const { receiveMessages } = require('../../lib/messages/receive.js');
const {
  addToTransaction,
  commit,
  inTransaction,
  untilNoConflict,
} = require('../../lib/platform/commit.js');
const { closeDb } = require('../../lib/platform/firestore.js');

const WAYS = {
  webhook: (identity, channelId) =>
    receiveMessages([
      {
        kind: 'message',
        channelId,
        wamid: `wamid.${randomUUID()}`,
        at: Date.now(),
        from: identity,
        content: { type: 'text', value: { body: 'Hola' } },
        raw: { entry: [] },
      },
    ]),
  import: (identity) =>
    untilNoConflict(async () => {
      const { writes } = await resolveContact(identity);
      if (writes.length > 0) await commit(writes);
    }),
  callable: (identity) =>
    inTransaction(async (transaction) => {
      const { writes } = await resolveContact(identity, transaction);
      addToTransaction(transaction, writes);
    }),
  wish: (identity) =>
    recordWishes([
      {
        identity,
        wish: { category: 'marketing', state: 'in', at: 1, source: 'form', proof: randomUUID() },
      },
    ]),
};

async function main() {
  const { writers, startAt, channelId } = JSON.parse(process.argv[2]);
  await setTimeout(Math.max(0, startAt - Date.now()));
  await Promise.all(writers.map(({ way, identity }) => WAYS[way](identity, channelId)));
  await closeDb();
}

void main();
