import type { Direction, Filter, StructuredQuery } from './types.ts';

/** A query of the web and mobile apps, which no log of the functions shows. */
export interface ClientQuery {
  /** Which screen asks, and for what. */
  why: string;
  query: StructuredQuery;
}

interface Parts {
  equal?: string[];
  contains?: string;
  /** `field asc` or `field desc`. */
  order?: `${string} ${'asc' | 'desc'}`;
}

const DIRECTIONS: Record<string, Direction> = { asc: 'ASCENDING', desc: 'DESCENDING' };

function select(
  collectionId: string,
  { equal = [], contains, order }: Parts = {},
): StructuredQuery {
  const filters: Filter[] = [
    ...equal.map((fieldPath) => ({ fieldFilter: { field: { fieldPath }, op: 'EQUAL' } })),
    ...(contains
      ? [{ fieldFilter: { field: { fieldPath: contains }, op: 'ARRAY_CONTAINS' } }]
      : []),
  ];
  const [fieldPath = '', direction = ''] = order?.split(' ') ?? [];
  return {
    from: [{ collectionId }],
    ...(filters.length > 0 ? { where: { compositeFilter: { op: 'AND', filters } } } : {}),
    ...(order
      ? { orderBy: [{ field: { fieldPath }, direction: DIRECTIONS[direction] ?? 'ASCENDING' }] }
      : {}),
  };
}

/** What firestore.rules lets the apps ask for, and they do. Cursors and limits change no index. */
export const CLIENT_QUERIES: ClientQuery[] = [
  {
    why: "an agent's inbox, by status",
    query: select('conversations', {
      equal: ['status'],
      contains: 'participants',
      order: 'lastMessageAt desc',
    }),
  },
  {
    why: 'everything an agent takes part in',
    query: select('conversations', { contains: 'participants', order: 'lastMessageAt desc' }),
  },
  {
    why: 'what waits for somebody to take it; what is assigned to me',
    query: select('conversations', { equal: ['assigneeId'], order: 'lastMessageAt desc' }),
  },
  {
    why: 'the same, by status',
    query: select('conversations', {
      equal: ['assigneeId', 'status'],
      order: 'lastMessageAt desc',
    }),
  },
  {
    why: "a supervisor's overview",
    query: select('conversations', { order: 'lastMessageAt desc' }),
  },
  {
    why: "a supervisor's overview, by status",
    query: select('conversations', { equal: ['status'], order: 'lastMessageAt desc' }),
  },
  {
    why: 'a thread as it goes on, from the newest message that is shown',
    query: select('messages', { equal: ['conversationId'], order: 'timestamp asc' }),
  },
  {
    why: 'a thread page by page, newest first',
    query: select('messages', { equal: ['conversationId'], order: 'timestamp desc' }),
  },
  {
    why: 'what one member wrote in a thread',
    query: select('messages', { equal: ['conversationId', 'userId'], order: 'timestamp desc' }),
  },
  {
    why: "a supervisor's list of a type: documents, orders, unsupported",
    query: select('messages', { equal: ['type'], order: 'timestamp desc' }),
  },
  {
    why: "a supervisor's live view of everything",
    query: select('messages', { order: 'timestamp desc' }),
  },
  {
    why: 'sends whose outcome is unknown, for a person to decide',
    query: select('messages', { order: 'unknownAt desc' }),
  },
  {
    why: 'whether a colleague has this number, in a role',
    query: select('users', { equal: ['phone', 'role'] }),
  },
  {
    why: 'the active members of a role, to assign to',
    query: select('users', { equal: ['role', 'isActive'] }),
  },
  {
    why: 'the active contacts of an owner',
    query: select('contacts', { equal: ['userId', 'isActive'] }),
  },
  {
    why: 'the contact with a number',
    query: select('contacts', { equal: ['phone'] }),
  },
  {
    why: 'my campaigns of a status, newest first',
    query: select('campaigns', { equal: ['createdBy', 'status'], order: 'createdAt desc' }),
  },
  {
    why: 'my active campaigns',
    query: select('campaigns', { equal: ['isActive', 'createdBy'] }),
  },
  {
    why: 'what was archived of a collection, newest first',
    query: select('partition_metadata', { equal: ['collection'], order: 'createdAt desc' }),
  },
  {
    why: 'the archives of a collection in a state',
    query: select('partition_metadata', { equal: ['collection', 'status'] }),
  },
  {
    why: 'who did what, newest first',
    query: select('auditLog', { order: 'at desc' }),
  },
  {
    why: 'what was done to one document',
    query: select('auditLog', { equal: ['target'], order: 'at desc' }),
  },
  { why: 'the numbers of the business', query: select('channels') },
  { why: 'the templates to choose from', query: select('templates') },
];
