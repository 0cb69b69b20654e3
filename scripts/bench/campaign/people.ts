import { aliasIds } from '../../../functions/lib/contacts/rules.js';
import { LOCAL } from '../../lib/localConfig.ts';
import type { SimulatorClient } from '../../whatsapp-simulator/client.ts';
import type { PlainFirestore } from '../plainFirestore.ts';

/** Somebody whom the campaign is for. */
export interface Person {
  phone: string;
  name: string;
}

export const people = (count: number): Person[] =>
  Array.from({ length: count }, (_, n) => ({
    phone: `+${34_640_000_000 + n}`,
    name: `Ana ${n}`,
  }));

/** An offer with one placeholder. */
export const TEMPLATE = { name: 'bench_offer', language: 'es' } as const;

/** How long after a send its statuses come. */
const STATUSES = { sentMs: 200, deliveredMs: 800, readMs: 2_000 } as const;

/** A WhatsApp that knows the template and holds the channel to its throughput. */
export async function prepareWhatsapp(
  simulator: SimulatorClient,
  webhookUrl: string,
  mps: number,
  answerMs: number,
): Promise<void> {
  await simulator.reset({
    webhookUrl,
    throughput: { enabled: true, mps },
    pairLimit: { enabled: false },
    statuses: STATUSES,
  });
  await simulator.putTemplate(TEMPLATE.name, TEMPLATE.language, {
    category: 'MARKETING',
    components: [{ type: 'BODY', text: 'Hola {{1}}, esta semana todo a mitad de precio.' }],
  });
  await simulator.setFaults(answerMs > 0 ? [{ kind: 'latency', ms: answerMs }] : []);
}

const PER_BATCH = 250;

/** Stores the channel, the template and the contacts, as the product has them. */
export async function storeWorld(
  firestore: PlainFirestore,
  audience: readonly Person[],
  mps: number,
): Promise<void> {
  await firestore.doc(`channels/${LOCAL.channelId}`).set({
    displayPhoneNumber: '+34 600 000 001',
    throughput: mps,
    quality: null,
    paused: null,
    createdAt: 0,
  });
  await firestore.doc(`templates/${TEMPLATE.name}_${TEMPLATE.language}`).set({
    ...TEMPLATE,
    status: 'APPROVED',
    category: 'MARKETING',
    headerFormat: null,
    headerParams: [],
    bodyParams: ['1'],
    buttons: [],
    reason: null,
    updatedAt: 0,
  });
  for (let from = 0; from < audience.length; from += PER_BATCH) {
    const batch = firestore.batch();
    for (const { phone, name } of audience.slice(from, from + PER_BATCH)) {
      const id = aliasIds({ phone })[0] as string;
      batch.set(firestore.doc(`identities/${id}`), { contactId: id, createdAt: 0 });
      batch.set(firestore.doc(`contacts/${id}`), {
        name,
        phone,
        bsuid: null,
        username: null,
        tags: ['offers'],
        attributes: {},
        consents: {},
        userId: null,
        isActive: true,
        isBlocked: false,
        createdAt: 0,
        updatedAt: 0,
      });
    }
    await batch.commit();
  }
}
