import { beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../../src/campaigns/launch';
import { createDraft } from '../../src/campaigns/define';
import { expand } from '../../src/campaigns/expand';
import { emptyOutcomes } from '../../src/campaigns/outcomes';
import {
  createInput,
  type Chunk,
  type ExclusionReason,
  type GroupOutcomes,
  type Recipient,
  type RecipientOutcome,
} from '../../src/campaigns/schema';
import { aliasIds } from '../../src/contacts/rules';
import { conversationIdOf } from '../../src/conversations/rules';
import { db } from '../../src/platform/firestore';
import { CRASHES, installFaults, type Faults } from '../batch/faults';
import {
  campaignAt,
  chunksAt,
  contactOf,
  definition,
  phoneOf,
  putTemplate,
  storeContact,
  storeContacts,
  SUPERVISOR,
} from '../support/campaigns';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import { useSimulator } from '../support/simulator';
import { connectChannel, refused } from '../support/stored';
import { CHANNEL } from '../support/webhooks';

useProject('campaign-audience');

let faults: Faults;
beforeAll(async () => {
  await connectChannel();
  await putTemplate(await useSimulator(''));
  faults = installFaults();
});

let campaigns = 0;
/** Creates and launches a campaign and puts its audience into chunks; gives its id. */
async function expanded(fields: Record<string, unknown>): Promise<string> {
  const campaignId = await launched(fields);
  await expand(campaignId);
  return campaignId;
}

async function launched(fields: Record<string, unknown>): Promise<string> {
  const campaignId = `audience-${campaigns++}`;
  await createDraft(SUPERVISOR, createInput.parse(definition(campaignId, fields)));
  await launch(SUPERVISOR, campaignId);
  return campaignId;
}

/** Everybody in its chunks; one who is in two of them is there twice. */
async function recipientsOf(campaignId: string): Promise<(Recipient & { id: string })[]> {
  return (await chunksAt(campaignId)).flatMap(({ recipients }) =>
    Object.entries(recipients).map(([id, recipient]) => ({ ...recipient, id })),
  );
}
const idsOf = async (campaignId: string): Promise<string[]> =>
  (await recipientsOf(campaignId)).map(({ id }) => id).sort();
const excludedOf = async (campaignId: string): Promise<Partial<Record<ExclusionReason, number>>> =>
  (await campaignAt(campaignId)).excluded;

const withColumn = {
  variants: [
    {
      template: { name: 'spring', language: 'es' },
      variables: { 'body.1': { column: 'city' } },
    },
  ],
};

describe('contacts', () => {
  const filtered = (filter: object) => ({ audience: { kind: 'contacts', filter } });
  let ids: Record<string, string>;
  beforeAll(async () => {
    const wrote = async (contactId: string, lastInboundAt: number): Promise<string> => {
      const id = conversationIdOf(CHANNEL, contactId);
      await db().doc(`conversations/${id}`).set({ contactId, channelId: CHANNEL, lastInboundAt });
      return contactId;
    };
    const store = (n: number, fields: object) => storeContact(phoneOf(n), fields);
    ids = {
      madrid: await store(1, {
        tags: ['vip', 'a'],
        attributes: { city: 'Madrid', language: 'es' },
      }),
      sevilla: await store(2, { tags: ['vip'], attributes: { city: 'Sevilla', language: 'es' } }),
      porto: await store(3, { tags: ['a'], attributes: { city: 'Porto', language: 'pt' } }),
      owned: await store(4, { tags: [], userId: 'agent1' }),
      recent: await wrote(await store(5, { tags: ['seen'] }), 2_000),
      longAgo: await wrote(await store(6, { tags: ['seen'] }), 1_000),
      never: await store(7, { tags: ['seen'] }),
    };
  });

  it.each<[string, object, string[]]>([
    ['with one tag of some', { anyTag: ['vip', 'x'] }, ['madrid', 'sevilla']],
    ['with all tags', { allTags: ['vip', 'a'] }, ['madrid']],
    ['with an attribute', { attributes: { city: ['Madrid', 'Porto'] } }, ['madrid', 'porto']],
    ['with a language and a tag', { language: ['es'], anyTag: ['a'] }, ['madrid']],
    ['of an owner', { userId: 'agent1' }, ['owned']],
    ['who wrote lately', { anyTag: ['seen'], seenSince: 2_000 }, ['recent']],
    ['who did not', { anyTag: ['seen'], notSeenSince: 2_000 }, ['longAgo', 'never']],
  ])('%s', async (_, filter, expected) => {
    expect(await idsOf(await expanded(filtered(filter)))).toEqual(
      expected.map((name) => ids[name]).sort(),
    );
  });

  it('whose values are long after short ones: no more of them in a commit than it takes', async () => {
    const params = ['1', '2', '3', '4', '5'];
    await db()
      .doc('templates/long_es')
      .set({ ...(await db().doc('templates/spring_es').get()).data(), bodyParams: params });
    const store = (order: string, note: string, count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, n) =>
          storeContact(
            phoneOf(10_000 + (order === 'a' ? 0 : 5_000) + n),
            { tags: ['long'], attributes: { note } },
            `${order}${n}`,
          ),
        ),
      );
    await store('a', 'x', 210);
    await store('b', 'x'.repeat(1_000), 900);
    const campaignId = await expanded({
      ...filtered({ anyTag: ['long'] }),
      variants: [
        {
          template: { name: 'long', language: 'es' },
          variables: Object.fromEntries(
            params.map((param) => [`body.${param}`, { attribute: 'note' }]),
          ),
        },
      ],
    });
    const ids = await idsOf(campaignId);
    expect([ids.length, new Set(ids).size]).toEqual([1_110, 1_110]);
  });

  it('who cannot or want not be written to are left out, each for one reason', async () => {
    await storeContact(phoneOf(11), { tags: ['mixed'] });
    await storeContact(phoneOf(12), {
      tags: ['mixed'],
      ...refused(1),
    });
    await storeContact(phoneOf(13), { tags: ['mixed'], isActive: false });
    await storeContact(phoneOf(14), { tags: ['mixed'], phone: null });
    await storeContact(phoneOf(15), { tags: ['mixed'], phone: null, bsuid: 'ES.15' });
    await storeContact(phoneOf(16), { tags: ['mixed', 'staff'] });
    await storeContact(phoneOf(17), { tags: ['mixed'] });
    await storeContact(phoneOf(18), { tags: ['mixed'] });
    const before = await expanded({ audience: { kind: 'numbers', numbers: [phoneOf(18)] } });

    const campaignId = await expanded({
      ...filtered({ anyTag: ['mixed'] }),
      exclude: { tags: ['staff'], numbers: ['+34 611 000 017'], campaignIds: [before] },
    });
    expect(await recipientsOf(campaignId)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: contactOf(phoneOf(11)), phone: phoneOf(11) }),
        expect.objectContaining({ id: contactOf(phoneOf(15)), bsuid: 'ES.15' }),
      ]),
    );
    expect(await idsOf(campaignId)).toHaveLength(2);
    expect(await excludedOf(campaignId)).toEqual({
      'opted-out': 1,
      inactive: 1,
      'no-address': 1,
      excluded: 3,
    });
    expect((await campaignAt(campaignId)).totals.recipients).toBe(2);
  });

  it('who refuse offers get what is none', async () => {
    await putTemplate(await useSimulator(''), { name: 'receipt', category: 'UTILITY' });
    const campaignId = await expanded({
      ...filtered({ anyTag: ['mixed'] }),
      variants: [
        {
          template: { name: 'receipt', language: 'es' },
          variables: { 'body.1': { fixed: 'x' } },
        },
      ],
    });
    expect(await idsOf(campaignId)).toContain(contactOf(phoneOf(12)));
  });
});

describe('a list of numbers', () => {
  const numbers = (list: string[], fields: object = {}) => ({
    audience: { kind: 'numbers', numbers: list },
    ...fields,
  });

  it('reaches people who are no contacts, under the id that they would get', async () => {
    const campaignId = await expanded(numbers([phoneOf(101), phoneOf(102)]));
    expect(await recipientsOf(campaignId)).toEqual(
      expect.arrayContaining(
        [101, 102].map((n) => ({
          id: contactOf(phoneOf(n)),
          phone: phoneOf(n),
          values: { 0: ['hola'] },
        })),
      ),
    );
  });

  it('finds contacts by any of their numbers, and nobody gets it twice', async () => {
    // Somebody with a username, whose number became known later, and then another one.
    const id = aliasIds({ bsuid: 'ES.103' })[0] as string;
    await storeContact(phoneOf(103), { bsuid: 'ES.103', name: 'Berta Gil' }, id);
    for (const n of [103, 104]) {
      await db()
        .doc(`identities/${contactOf(phoneOf(n))}`)
        .set({ contactId: id, createdAt: 0 });
    }
    const campaignId = await expanded(numbers([phoneOf(103), phoneOf(104), phoneOf(103)]));
    expect(await recipientsOf(campaignId)).toEqual([
      { id, phone: phoneOf(103), name: 'Berta Gil', values: { 0: ['Berta'] } },
    ]);
    expect(await excludedOf(campaignId)).toEqual({ duplicate: 1 });
  });

  it('leaves out a number that is excluded, whoever has it now', async () => {
    const id = await storeContact(phoneOf(105));
    await db()
      .doc(`identities/${contactOf(phoneOf(106))}`)
      .set({ contactId: id, createdAt: 0 });
    const campaignId = await expanded(
      numbers([phoneOf(106), phoneOf(107)], { exclude: { numbers: [phoneOf(106)] } }),
    );
    expect(await idsOf(campaignId)).toEqual([contactOf(phoneOf(107))]);
    expect(await excludedOf(campaignId)).toEqual({ excluded: 1 });
  });

  it('as CSV brings values for the placeholders; a row without one is left out', async () => {
    const csv = `Teléfono;city\n${phoneOf(110)};Madrid\n${phoneOf(111)};Porto\n${phoneOf(112)};\n`;
    const campaignId = await expanded({ audience: { kind: 'csv', csv }, ...withColumn });
    expect(await recipientsOf(campaignId)).toEqual(
      expect.arrayContaining([
        { id: contactOf(phoneOf(110)), phone: phoneOf(110), values: { 0: ['Madrid'] } },
        { id: contactOf(phoneOf(111)), phone: phoneOf(111), values: { 0: ['Porto'] } },
      ]),
    );
    expect(await excludedOf(campaignId)).toEqual({ 'missing-variable': 1 });
  });
});

describe("another campaign's outcome", () => {
  /** What became of the source's message, by recipient. */
  const FATES: Record<number, [Recipient['state'], RecipientOutcome]> = {
    201: ['accepted', { sentAt: 1, deliveredAt: 2, readAt: 3, repliedAt: 4 }],
    202: ['accepted', { sentAt: 1, readAt: 3 }],
    203: ['accepted', { sentAt: 1, deliveredAt: 2 }],
    204: ['accepted', { sentAt: 1 }],
    205: ['accepted', {}],
    206: ['accepted', { failedAt: 2, code: 131026 }],
    207: ['failed', {}],
    208: ['unknown', {}],
    209: ['skipped', {}],
    210: [undefined, {}],
  };
  let source: string;
  beforeAll(async () => {
    await storeContact(phoneOf(201));
    source = await expanded({
      audience: { kind: 'numbers', numbers: Object.keys(FATES).map((n) => phoneOf(Number(n))) },
    });
    const [chunk] = await chunksAt(source);
    const recipients: Chunk['recipients'] = {};
    const outcomes: GroupOutcomes['recipients'] = {};
    for (const [n, [state, outcome]] of Object.entries(FATES)) {
      const phone = phoneOf(Number(n));
      recipients[contactOf(phone)] = { phone, ...(state ? { state } : {}) };
      outcomes[contactOf(phone)] = outcome;
    }
    await db()
      .doc(`campaigns/${source}/chunks/${chunk?.id ?? ''}`)
      .update({ recipients });
    await db()
      .doc(`campaigns/${source}/outcomes/0`)
      .set({ ...emptyOutcomes(source, 0), recipients: outcomes });
  });

  it.each<[string, number[]]>([
    ['read', [201, 202]],
    ['notRead', [203, 204, 205, 206, 208]],
    ['delivered', [201, 202, 203]],
    ['notDelivered', [204, 205, 206, 207, 208]],
    ['replied', [201]],
    ['notReplied', [202, 203, 204, 205, 206, 208]],
  ])('%s, whether they are contacts or not', async (outcome, expected) => {
    const campaignId = await expanded({
      audience: { kind: 'campaign', campaignId: source, outcome },
    });
    expect((await recipientsOf(campaignId)).map(({ phone }) => phone).sort()).toEqual(
      expected.map(phoneOf),
    );
  });
});

describe('whatever happens on the way', () => {
  const COUNT = 6_500;
  const all = { audience: { kind: 'contacts', filter: { anyTag: ['many'] } } };
  const manyIds = Array.from({ length: COUNT }, (_, n) => contactOf(phoneOf(1_000 + n)));
  beforeAll(async () => {
    await storeContacts(COUNT, () => ({ tags: ['many'] }), 1_000);
  });

  it('a crash at any request loses nobody and puts nobody into two chunks', async () => {
    const random = seededRandom('campaign expansion');
    const campaignId = await launched(all);
    let crashes = 0;
    while (!(await campaignAt(campaignId)).isExpanded) {
      // Early and late in a run, commits more often than reads.
      const point = random.below(14);
      const crash = random.pick(CRASHES);
      // The first one for sure: a run may end before it gets to the point.
      const atCommit = crashes === 0 || random.next() < 0.5;
      faults.plan((n, method, writes) => {
        if (atCommit ? method === 'commit' && writes > 2 : n === point) return crash;
        return undefined;
      });
      await expand(campaignId).catch(() => crashes++);
      faults.end();
    }
    expect(crashes).toBeGreaterThan(0);
    expect(await idsOf(campaignId)).toEqual([...manyIds].sort());
    expect(await campaignAt(campaignId)).toMatchObject({
      totals: { recipients: COUNT },
      excluded: {},
    });
  });

  it('an answer that gets lost does not stop it', async () => {
    const campaignId = await launched(all);
    faults.plan((_, method, writes) => (method === 'commit' && writes > 2 ? 'after' : undefined));
    await expand(campaignId);
    faults.end();
    expect(await campaignAt(campaignId)).toMatchObject({ isExpanded: true });
    expect(await idsOf(campaignId)).toEqual([...manyIds].sort());
  });

  it('several expansions at once make one', async () => {
    const campaignId = await launched(all);
    await Promise.all([expand(campaignId), expand(campaignId), expand(campaignId)]);
    expect(await campaignAt(campaignId)).toMatchObject({
      isExpanded: true,
      totals: { recipients: COUNT },
    });
    expect(await idsOf(campaignId)).toEqual([...manyIds].sort());
  });

  it("a list's second number of a person is known again after a crash", async () => {
    // The first and the last row are the same person's.
    const id = await storeContact(phoneOf(8_000));
    await db()
      .doc(`identities/${contactOf(phoneOf(12_000))}`)
      .set({ contactId: id, createdAt: 0 });
    const numbers = Array.from({ length: 4_001 }, (_, n) => phoneOf(8_000 + n));
    const campaignId = await launched({ audience: { kind: 'numbers', numbers } });
    faults.plan((_, method, writes) =>
      method === 'commit' && writes > 2 ? 'crash-after' : undefined,
    );
    await expect(expand(campaignId)).rejects.toThrow('dead');
    faults.end();
    expect((await campaignAt(campaignId)).isExpanded).toBe(false);

    await expand(campaignId);
    const ids = await idsOf(campaignId);
    expect(ids).toHaveLength(4_000);
    expect(new Set(ids).size).toBe(4_000);
    expect(await excludedOf(campaignId)).toEqual({ duplicate: 1 });
  });
});
