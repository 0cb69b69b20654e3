import { beforeEach, describe, expect, it } from 'vitest';
import { resolveContact } from '../../src/contacts/identify';
import { aliasIds } from '../../src/contacts/rules';
import type { Alias, Contact, Identity } from '../../src/contacts/schema';
import { recordWishes } from '../../src/contacts/wishes';
import { clearCaches } from '../../src/platform/cache';
import {
  addToTransaction,
  commit,
  inTransaction,
  untilNoConflict,
} from '../../src/platform/commit';
import { db } from '../../src/platform/firestore';
import { receiveWebhook } from '../../src/webhooks/receive';
import { runJobs } from '../support/merging';
import { startWriters, type Writer } from '../support/writers';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import {
  allContacts,
  allConversations,
  allMessages,
  clearFirestore,
  connectChannel,
} from '../support/stored';
import { bodyOf, CHANNEL, messagesBody, textMessage } from '../support/webhooks';

useProject('identity');
beforeEach(async () => {
  await clearFirestore();
  clearCaches();
  await connectChannel();
});

const OLD = { phone: '34600111222', bsuid: 'ES.1' };
const NEW = { phone: '34600111333', bsuid: 'ES.2' };
const THIRD = { phone: '34600111444', bsuid: 'ES.3' };
const WAYS = ['webhook', 'import', 'callable', 'wish'] as const;
type Sender = Parameters<typeof messagesBody>[0][number]['from'];

let n = 0;
const receive = (from: Sender, message: object = textMessage(`wamid.${++n}`)) =>
  receiveWebhook(messagesBody([{ from, message: message as Record<string, unknown> }]));
/** A new instance, which knows nothing. */
const receiveCold = (from: Sender, message?: object) => {
  clearCaches();
  return receive(from, message);
};

const seconds = (at: number): string => String(Math.floor(at / 1_000));
/** The system message of a person who goes from one number to another. */
const moved = (from: typeof OLD, to: typeof OLD, at = Date.now(), id = `wamid.moved.${++n}`) => ({
  from: { phone: from.phone },
  message: {
    id,
    timestamp: seconds(at),
    type: 'system',
    system: {
      type: 'user_changed_number',
      wa_id: to.phone,
      user_id: to.bsuid,
      previous_user_id: from.bsuid,
    },
  },
});
const change = (...parameters: Parameters<typeof moved>) => {
  const { from, message } = moved(...parameters);
  // System messages come without contacts.
  return receiveWebhook(
    bodyOf('messages', {
      metadata: { phone_number_id: CHANNEL },
      messages: [{ from: from.phone, ...message }],
    }),
  );
};

const ownerOf = async (identity: Identity): Promise<string | null | undefined> => {
  const [id] = aliasIds(identity) as [string];
  return ((await db().doc(`identities/${id}`).get()).data() as Alias | undefined)?.contactId;
};
const phoneOwner = ({ phone }: { phone: string }) => ownerOf({ phone: `+${phone}` });

describe('never two contacts for one identity', () => {
  it(
    'of 64 writers at once, in four processes, by all names and ways',
    { timeout: 120_000 },
    async () => {
      const random = seededRandom('64 writers');
      const identity = {
        phone: '+34600111222',
        bsuid: 'ES.1',
        parentBsuid: 'ES.ENT.1',
        username: 'ana',
      };
      const forms: (keyof typeof identity)[][] = [
        ['phone', 'bsuid'],
        ['bsuid', 'username'],
        ['phone', 'bsuid', 'parentBsuid', 'username'],
        ['bsuid'],
        ['bsuid', 'parentBsuid'],
      ];
      const writers = Array.from({ length: 64 }, (_, index) => ({
        way: WAYS[index % 4] as Writer['way'],
        identity: Object.fromEntries(random.pick(forms).map((name) => [name, identity[name]])),
      }));
      await startWriters(writers, 4);

      const contacts = await allContacts();
      expect(contacts).toHaveLength(1);
      const { docs } = await db().collection('identities').get();
      expect(docs.map((doc) => doc.get('contactId') as string)).toEqual(
        docs.map(() => contacts[0]?.id),
      );
      expect(await allConversations()).toHaveLength(1);
      expect(await allMessages()).toHaveLength(
        writers.filter(({ way }) => way === 'webhook').length,
      );
    },
  );

  it('of 64 writers in one process that know the number alone, or with the BSUID', async () => {
    const create = (identity: Identity) =>
      inTransaction(async (transaction) => {
        const { contactId, writes } = await resolveContact(identity, transaction);
        addToTransaction(transaction, writes);
        return contactId;
      });
    const ways = [
      () => receive({ phone: OLD.phone }),
      () => receive(OLD),
      () => create({ phone: `+${OLD.phone}` }),
      () =>
        recordWishes([
          {
            identity: { phone: `+${OLD.phone}`, bsuid: OLD.bsuid },
            wish: { category: 'marketing', state: 'out', at: 1, source: 'import', proof: 'file' },
          },
        ]),
    ];
    await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        untilNoConflict(() => (ways[index % 4] as () => Promise<unknown>)()),
      ),
    );
    expect(await allContacts()).toHaveLength(1);
    expect(await allMessages()).toHaveLength(32);
  });
});

it('writers who know different names of one person end as one, once a webhook names them all', async () => {
  const names = { phone: `+${OLD.phone}`, bsuid: OLD.bsuid };
  const ways: (() => Promise<unknown>)[] = [
    () => receive({ phone: OLD.phone }),
    () => receive({ bsuid: OLD.bsuid }),
    () =>
      untilNoConflict(async () => {
        const { writes } = await resolveContact({ bsuid: OLD.bsuid, username: 'ana' });
        if (writes.length > 0) await commit(writes);
      }),
    () => receive(OLD),
  ];
  const writers = Array.from({ length: 16 }, () => ways).flat();
  await Promise.all(writers.map((write) => write()));
  await receiveCold(OLD);
  await runJobs();
  const alive = (await allContacts()).filter(({ mergedInto }) => mergedInto === undefined);
  expect(alive).toMatchObject([{ ...names, username: 'ana' }]);
  expect(await allConversations()).toHaveLength(1);
  expect(await allMessages()).toHaveLength(49);
});

describe('a name that changes hands', () => {
  it('a username taken over leads to its new owner, and the old one keeps nothing of it', async () => {
    const username = 'ana';
    const first = await resolveContact({ bsuid: 'ES.1', username });
    await commit(first.writes);
    const second = await resolveContact({ bsuid: 'ES.2', username });
    await commit(second.writes);
    expect(second.contactId).not.toBe(first.contactId);
    expect(await ownerOf({ username })).toBe(second.contactId);
    expect(await allContacts()).toMatchObject(
      [first, second]
        .sort((a, b) => (a.contactId < b.contactId ? -1 : 1))
        .map(({ contactId }) => ({ username: contactId === first.contactId ? null : username })),
    );
  });

  it('a username that was changed leads to nobody', async () => {
    const first = await resolveContact({ bsuid: 'ES.1', username: 'ana' });
    await commit(first.writes);
    const again = await resolveContact({ bsuid: 'ES.1', username: 'Ana.Maria' });
    await commit(again.writes);
    expect(await ownerOf({ username: 'ana' })).toBe(null);
    expect(await ownerOf({ username: 'ana.maria' })).toBe(first.contactId);
  });

  it('a parent BSUID finds a person whose BSUID is of another portfolio', async () => {
    const first = await resolveContact({ bsuid: 'ES.1', parentBsuid: 'ES.ENT.1', phone: '+341' });
    await commit(first.writes);
    const other = await resolveContact({ bsuid: 'ES.9', parentBsuid: 'ES.ENT.1', phone: '+341' });
    expect(other).toMatchObject({ isNew: false, contactId: first.contactId });
  });

  it('a number of somebody with another BSUID leads to a new contact, also at once', async () => {
    await receive(OLD);
    const writers = Array.from({ length: 16 }, () => receive({ phone: OLD.phone, bsuid: 'ES.99' }));
    await Promise.all(writers);
    const contacts = await allContacts();
    expect(contacts).toHaveLength(2);
    const former = contacts.find(({ bsuid }) => bsuid === OLD.bsuid) as Contact;
    expect(former.phone).toBe(null);
    expect(await allConversations()).toHaveLength(2);
  });
});

describe('a change of number', () => {
  const currentOwner = async () => {
    const { contactId, isNew } = await resolveContact({
      phone: `+${THIRD.phone}`,
      bsuid: THIRD.bsuid,
    });
    expect(isNew).toBe(false);
    return contactId;
  };

  it('keeps the contact and its conversation; the old number becomes somebody else’s', async () => {
    await receive(OLD);
    await change(OLD, NEW);
    await receiveCold(NEW);
    expect(await allContacts()).toMatchObject([{ phone: `+${NEW.phone}`, bsuid: NEW.bsuid }]);
    expect(await allConversations()).toHaveLength(1);
    expect(await phoneOwner(OLD)).toBe(null);

    await receiveCold({ phone: OLD.phone, bsuid: 'ES.77' });
    expect(await allContacts()).toHaveLength(2);
  });

  it('told twice, over two channels, changes nothing more', async () => {
    await receive(OLD);
    await change(OLD, NEW, Date.now(), 'wamid.moved');
    const before = await allContacts();
    await change(OLD, NEW, Date.now(), 'wamid.moved');
    await change(OLD, NEW, Date.now(), 'wamid.moved.2');
    expect(await allContacts()).toEqual(before);
  });

  it('told again when the old number has a new owner, takes nothing from them', async () => {
    const at = Date.now() - 60_000;
    await receive(OLD);
    await change(OLD, NEW, at, 'wamid.moved');
    await receiveCold({ phone: OLD.phone, bsuid: 'ES.77' });
    const owner = await phoneOwner(OLD);
    await change(OLD, NEW, at, 'wamid.moved');
    expect(await phoneOwner(OLD)).toBe(owner);
    expect(await phoneOwner(NEW)).not.toBe(owner);
  });

  it('and another one end the same in either order', async () => {
    const at = Date.now() - 60_000;
    await receive(OLD);
    const [{ id }] = (await allContacts()) as [Contact & { id: string }];
    await change(OLD, NEW, at);
    await change(NEW, THIRD, at + 10_000);
    expect(await currentOwner()).toBe(id);
    // The first one comes again over another channel, late.
    await change(OLD, NEW, at);
    expect(await currentOwner()).toBe(id);
    expect(await allContacts()).toMatchObject([{ phone: `+${THIRD.phone}`, bsuid: THIRD.bsuid }]);
  });

  it('and back again leads to the same contact', async () => {
    const at = Date.now() - 60_000;
    await receive(OLD);
    await change(OLD, NEW, at);
    await change(NEW, { ...OLD, bsuid: 'ES.4' }, at + 10_000);
    await receiveCold({ phone: OLD.phone, bsuid: 'ES.4' });
    expect(await allContacts()).toMatchObject([{ phone: `+${OLD.phone}`, bsuid: 'ES.4' }]);
    expect(await allConversations()).toHaveLength(1);
  });

  it('to the number that was another customer’s takes it from them', async () => {
    await receive(OLD);
    await receive({ phone: NEW.phone, bsuid: 'ES.55' });
    await db()
      .doc(`contacts/${(await ownerOf({ bsuid: 'ES.55' })) as string}`)
      .update({ createdAt: 1 });
    await change(OLD, NEW);
    expect(await phoneOwner(NEW)).toBe(await ownerOf({ bsuid: NEW.bsuid }));
    const former = (await allContacts()).find(({ bsuid }) => bsuid === 'ES.55');
    expect(former).toMatchObject({ phone: null });
  });
});
