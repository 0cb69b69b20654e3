import {
  collection,
  collectionGroup,
  limit,
  orderBy,
  query,
  where,
  type Firestore,
  type Query,
} from 'firebase/firestore';
import { LEADS, NOBODY, TEAM, type Who } from './people';

interface Case {
  name: string;
  query: (db: Firestore) => Query;
  allowed: Who[];
}

const conversations = (db: Firestore) => collection(db, 'conversations');
const messages = (db: Firestore) => collection(db, 'messages');
const newestFirst = orderBy('lastMessageAt', 'desc');
const thread = (id: string) => (db: Firestore) =>
  query(messages(db), where('conversationId', '==', id), orderBy('timestamp'));

/** The queries of the apps, and those with which one would reach further. */
export const QUERIES: Case[] = [
  {
    name: "an agent's inbox",
    query: (db) =>
      query(
        conversations(db),
        where('participants', 'array-contains', 'agent'),
        where('status', '==', 'open'),
        newestFirst,
      ),
    allowed: ['agent', ...LEADS],
  },
  {
    name: 'every conversation that an agent takes part in',
    query: (db) =>
      query(conversations(db), where('participants', 'array-contains', 'agent'), newestFirst),
    allowed: ['agent', ...LEADS],
  },
  {
    name: 'the conversations assigned to an agent',
    query: (db) => query(conversations(db), where('assigneeId', '==', 'agent'), newestFirst),
    allowed: ['agent', ...LEADS],
  },
  {
    name: 'the unassigned conversations',
    query: (db) => query(conversations(db), where('assigneeId', '==', null), newestFirst),
    allowed: TEAM,
  },
  {
    name: 'a page of the unassigned conversations of a status',
    query: (db) =>
      query(
        conversations(db),
        where('assigneeId', '==', null),
        where('status', '==', 'open'),
        newestFirst,
        limit(20),
      ),
    allowed: TEAM,
  },
  {
    name: 'all conversations of a status',
    query: (db) => query(conversations(db), where('status', '==', 'open'), newestFirst),
    allowed: LEADS,
  },
  {
    name: 'the conversations of several people',
    query: (db) =>
      query(conversations(db), where('participants', 'array-contains-any', ['agent', 'colleague'])),
    allowed: LEADS,
  },
  {
    name: 'the conversations that are assigned to anybody',
    query: (db) => query(conversations(db), where('assigneeId', '!=', null)),
    allowed: LEADS,
  },
  {
    name: 'a thread that the agent takes part in',
    query: thread('takesPart'),
    allowed: ['agent', ...LEADS],
  },
  {
    name: 'the last page of it',
    query: (db) =>
      query(
        messages(db),
        where('conversationId', '==', 'takesPart'),
        orderBy('timestamp', 'desc'),
        limit(50),
      ),
    allowed: ['agent', ...LEADS],
  },
  {
    name: 'the thread of a conversation assigned to the agent',
    query: thread('assigned'),
    allowed: ['agent', ...LEADS],
  },
  {
    name: 'the thread of an unassigned conversation',
    query: thread('unassigned'),
    allowed: TEAM,
  },
  {
    name: "the thread of a colleague's conversation",
    query: thread('colleagues'),
    allowed: ['another agent', ...LEADS],
  },
  {
    name: 'the thread of no conversation',
    query: thread('missing'),
    allowed: LEADS,
  },
  {
    name: "what one member wrote in a colleague's conversation",
    query: (db) =>
      query(
        messages(db),
        where('conversationId', '==', 'colleagues'),
        where('userId', '==', 'agent'),
        orderBy('timestamp'),
      ),
    allowed: ['another agent', ...LEADS],
  },
  {
    name: "two threads, one of them a colleague's",
    query: (db) => query(messages(db), where('conversationId', 'in', ['unassigned', 'colleagues'])),
    allowed: ['another agent', ...LEADS],
  },
  {
    name: 'a range of threads',
    query: (db) =>
      query(
        messages(db),
        where('conversationId', '>=', 'takesPart'),
        where('conversationId', '<=', 'takesPart'),
      ),
    allowed: LEADS,
  },
  {
    name: 'what an agent wrote anywhere',
    query: (db) => query(messages(db), where('userId', '==', 'agent')),
    allowed: LEADS,
  },
  {
    name: 'the messages of a type',
    query: (db) => query(messages(db), where('type', '==', 'text'), orderBy('timestamp', 'desc')),
    allowed: LEADS,
  },
  {
    name: 'a thread as a collection group',
    query: (db) =>
      query(collectionGroup(db, 'messages'), where('conversationId', '==', 'takesPart')),
    allowed: NOBODY,
  },
  {
    name: 'the contacts of an owner',
    query: (db) =>
      query(
        collection(db, 'contacts'),
        where('userId', '==', 'agent'),
        where('isActive', '==', true),
      ),
    allowed: ['agent', ...LEADS],
  },
  {
    name: 'a contact by its phone number',
    query: (db) => query(collection(db, 'contacts'), where('phone', '==', '+34600000001')),
    allowed: LEADS,
  },
  {
    name: 'the active members of a role',
    query: (db) =>
      query(collection(db, 'users'), where('role', '==', 'agent'), where('isActive', '==', true)),
    allowed: TEAM,
  },
  {
    name: 'the recipients of every campaign',
    query: (db) => collectionGroup(db, 'chunks'),
    allowed: NOBODY,
  },
];
