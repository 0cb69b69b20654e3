import { batchQuery } from '../batch/batchQuery';
import { collection } from '../batch/collection';
import type { PersonalData } from '../platform/personalData';
import { withoutPerson, type Person } from '../shared/person';
import type { AuditEntry } from './record';

const auditLog = collection<AuditEntry>('auditLog');
const PAGE = 200;

const targetsOf = ({ contactIds, conversationIds }: Person): string[] => [
  ...contactIds.map((id) => `contacts/${id}`),
  ...conversationIds.map((id) => `conversations/${id}`),
];

const pageOf = (person: Person, cursor: string | null) =>
  batchQuery(auditLog, [{ where: [['target', 'in', targetsOf(person)]] }], {
    orderBy: [['at', 'desc']],
    limit: PAGE,
    cursor,
  });

/** What members did to a person's data: it stays on record, of somebody without a name. */
export const auditData: PersonalData = {
  async page(person, cursor) {
    const page = await pageOf(person, cursor);
    return { items: page.items.map(({ id, data }) => ({ id, ...data })), cursor: page.cursor };
  },
  async erase(person, anonymousId) {
    const { items } = await pageOf(person, null);
    return {
      writes: items.map(({ id, data, version }) => {
        const { target, details } = withoutPerson(person, anonymousId, data) as AuditEntry;
        return { kind: 'update', path: `auditLog/${id}`, data: { target, details }, version };
      }),
      erased: items.length > 0 ? { auditLog: items.length } : {},
      cursor: items.length === PAGE ? 'more' : null,
    };
  },
};
