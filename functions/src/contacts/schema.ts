import { z } from 'zod';

/** The names under which WhatsApp knows a person; at least one is there. */
export interface Identity {
  /** E.164. Hidden by people who chose a username. */
  phone?: string | undefined;
  /** Business-scoped user id (`US.…`). Changes with the phone number. */
  bsuid?: string | undefined;
  /** The same for all accounts of linked business portfolios, each of which has a BSUID of its own. */
  parentBsuid?: string | undefined;
  /** Chosen by its owner, who may give it up for somebody else to take. */
  username?: string | undefined;
  /** The profile's name, chosen by its owner. */
  name?: string | undefined;
}

/** What a message is for; a template has WhatsApp's category, everything else is service. */
const consentCategory = z.enum(['marketing', 'utility', 'authentication', 'service']);
export type ConsentCategory = z.infer<typeof consentCategory>;

/**
 * Where a wish was told: in a file that was imported, in a message, in WhatsApp's own menu, by an
 * error of WhatsApp's, to a member of the team, in a form, or to another system.
 */
export type ConsentSource =
  'import' | 'message' | 'preference' | 'delivery' | 'agent' | 'form' | 'api';

/** Whether a person wants messages of a category, as they said last. All times are epoch ms. */
export interface Consent {
  state: 'in' | 'out';
  /** When they said so. Of two wishes the later one holds, whichever came to be known first. */
  at: number;
  /** When it was stored; a wish that came late has an earlier `at`. */
  recordedAt: number;
  source: ConsentSource;
  /** The message's id, the form, the file: what shows that they said so. */
  proof: string | null;
  /** The same as `recordedAt`, where the state is `out`: refusals are asked for by it. */
  outRecordedAt?: number;
}

/** `contacts/{id}/consents/{entry}`: each wish that was told. Written once, never changed. */
export interface ConsentEntry extends Omit<Consent, 'outRecordedAt'> {
  category: ConsentCategory;
  /** The member who recorded it; null: nobody, it came by itself. */
  userId: string | null;
}

/** How a wish for no more offers was kept before there were categories. */
interface OptOut {
  at: number;
  recordedAt: number;
  source: 'message' | 'preference' | 'delivery';
}

/** An erasure that was begun: what another one needs to go on with it. */
export interface Erasing {
  jobId: string;
  /** What comes in the contact's place. */
  anonymousId: string;
  at: number;
  /** What led to the contact, and does not any more. */
  aliasIds: string[];
  conversationIds: string[];
}

/** `contacts/{id}`. All times are epoch milliseconds. */
export interface Contact {
  name: string | null;
  phone: string | null;
  bsuid: string | null;
  parentBsuid?: string | null;
  username: string | null;
  tags: string[];
  attributes: Record<string, string | number | boolean>;
  /** By category; a category of which nothing was said is missing. */
  consents: Partial<Record<ConsentCategory, Consent>>;
  /** Read by `consentOf` alone, and not written any more. */
  optOut?: OptOut | null;
  /** The owner in the team. */
  userId: string | null;
  isActive: boolean;
  /** Nothing is sent to them; what they write is stored. */
  isBlocked: boolean;
  /** When they were blocked, for as long as they are. */
  blockedAt?: number;
  /** By what it is found; whoever writes a contact makes it with `searchFields`. */
  search: SearchFields;
  /** The call that made it, to know a repeated one. */
  createdWith?: string;
  erasing?: Erasing;
  /** The contact that this one was merged into; it is kept for as long as that can be undone. */
  mergedInto?: string;
  /** Those who were merged into this one: campaigns and wishes may still name them. */
  mergedFrom?: string[];
  createdAt: number;
  updatedAt: number;
}

/** What lists of contacts are found and ordered by. */
export interface SearchFields {
  /** What the contact is listed under, in plain letters. */
  name: string;
  /** A key for each tag, beginning of a word of its names and part of its number that is asked for. */
  keys: Record<string, true>;
}

/** `identities/{alias}`: to which contact an alias leads. */
export interface Alias {
  /** null: to nobody any more. It is kept, because the contact's id may have come from it. */
  contactId: string | null;
  /** Since when it is stored so; epoch ms. */
  createdAt: number;
  /** When its owner took it or left it for another, by WhatsApp's clock. */
  changedAt?: number;
  /** The alias that its owner has now, where they changed it. */
  movedTo?: string;
}

/** `segments/{id}`: a filter with a name. The id is the client's. */
export interface Segment {
  name: string;
  filter: ContactFilter;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
  /** How many contacts it had when it was counted last; absent after a change, or never counted. */
  size?: SegmentSize;
}

export interface SegmentSize {
  count: number;
  isExact: boolean;
  /** Epoch ms; written down about a minute later. */
  at: number;
}

const ATTRIBUTE_TYPES = ['text', 'number', 'boolean', 'date', 'choice'] as const;

/** What values an attribute takes. A date is a day without a time: `2026-11-23`. */
export interface AttributeDefinition {
  type: (typeof ATTRIBUTE_TYPES)[number];
  /** What people call it. */
  label: string;
  /** The values to choose from, for a choice. */
  choices?: string[];
}

const text = (max: number) => z.string().trim().min(1).max(max);

/** Semicolons divide tags in files; a line break would divide rows. */
export const tag = text(60).regex(/^[^;\r\n\t]*$/, 'may not have semicolons or line breaks');

export const contactId = z.string().regex(/^[A-Za-z0-9]{1,128}$/, 'is not the id of a contact');
const userId = z.string().min(1).max(128);

/** A name that is good for a path, a column of a file, and a placeholder. */
const attributeName = z
  .string()
  .regex(/^[A-Za-z]\w{0,39}$/, 'takes 1–40 letters, digits or "_", the first a letter');

const attributeValue = z.union([z.string().max(500), z.number(), z.boolean()]);
export type AttributeValue = z.infer<typeof attributeValue>;

/** Which contacts; each criterion that is given has to hold. */
export const contactFilter = z.strictObject({
  /** Has one of these tags at least. */
  anyTag: z.array(tag).min(1).max(30).optional(),
  /** Has all of these. */
  allTags: z.array(tag).min(1).max(30).optional(),
  /** Attributes with one of the values, as `{city: ['Madrid', 'Sevilla']}`. */
  attributes: z
    .record(z.string().min(1).max(60), z.array(attributeValue).min(1).max(30))
    .optional(),
  /** The attribute `language`. */
  language: z.array(z.string().min(2).max(10)).min(1).max(30).optional(),
  /** The owner in the team. */
  userId: userId.optional(),
  isActive: z.boolean().optional(),
  isBlocked: z.boolean().optional(),
  /** Epoch ms: wrote to the campaign's channel at this time or later, or not since. */
  seenSince: z.int().positive().optional(),
  notSeenSince: z.int().positive().optional(),
});
export type ContactFilter = z.output<typeof contactFilter>;

export const segmentId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/, 'takes 8–64 letters, digits, "-" or "_"; a UUID is good');

/** Chosen by the client: repeating a call with it does nothing twice. */
const key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,128}$/, 'takes 8–128 letters, digits, "-" or "_"; a UUID is good');

const attributes = z.record(attributeName, attributeValue.nullable());
const MAX_TAGS = 50;
const tags = z.array(tag).max(MAX_TAGS);

export const createContactInput = z
  .strictObject({
    idempotencyKey: key,
    name: text(200).nullable().default(null),
    phone: z.string().min(5).max(40).optional(),
    bsuid: z
      .string()
      .regex(/^[\w.:-]{3,200}$/)
      .optional(),
    username: text(100).nullable().default(null),
    tags: tags.default([]),
    attributes: z.record(attributeName, attributeValue).default({}),
    userId: userId.nullish(),
  })
  .refine(({ phone, bsuid }) => phone !== undefined || bsuid !== undefined, {
    message: 'give a phone number or a "bsuid": WhatsApp knows people by these',
    path: ['phone'],
  });

/** Changes what is given. */
export const updateContactInput = z.strictObject({
  contactId,
  name: text(200).nullable().optional(),
  /** The owner; null: nobody. */
  userId: userId.nullable().optional(),
  addTags: tags.default([]),
  removeTags: tags.default([]),
  /** A null takes the attribute away. */
  attributes: attributes.default({}),
  isActive: z.boolean().optional(),
});

export const blockContactInput = z.strictObject({ contactId, isBlocked: z.boolean() });

/** A filter, or the name of one that was saved. */
const which = {
  filter: contactFilter.optional(),
  segmentId: segmentId.optional(),
};
const isOne = (input: { filter?: unknown; segmentId?: unknown }): boolean =>
  input.filter === undefined || input.segmentId === undefined;
const ONE_OF = { message: 'give either "filter" or "segmentId"', path: ['filter'] };

export const listContactsInput = z
  .strictObject({
    /** Words of the name, or digits of the number. */
    text: z.string().trim().max(100).default(''),
    ...which,
    cursor: z.string().max(2_000).nullish(),
    limit: z.int().min(1).max(100).default(50),
  })
  .refine(isOne, ONE_OF);

const MAX_DIRECT = 500;
const tagging = { add: tags.default([]), remove: tags.default([]) };
const hasTags = ({ add, remove }: { add: string[]; remove: string[] }): boolean =>
  add.length + remove.length > 0;
const SOME_TAG = { message: 'name a tag to add or to remove at least', path: ['add'] };

/** Contacts by id, at once; or all that a filter finds, in the background. */
export const tagContactsInput = z.union([
  z
    .strictObject({ contactIds: z.array(contactId).min(1).max(MAX_DIRECT), ...tagging })
    .refine(hasTags, SOME_TAG),
  z
    .strictObject({ jobId: key, ...which, ...tagging })
    .refine(hasTags, SOME_TAG)
    .refine((input) => (input.filter === undefined) !== (input.segmentId === undefined), ONE_OF),
]);

export const exportContactsInput = z
  .strictObject({ jobId: key, format: z.enum(['csv', 'xlsx']), ...which })
  .refine(isOne, ONE_OF);

export const defineAttributeInput = z
  .strictObject({
    name: attributeName,
    type: z.enum(ATTRIBUTE_TYPES),
    label: text(60).optional(),
    choices: z.array(text(100)).min(1).max(100).optional(),
  })
  .refine(({ type, choices }) => (type === 'choice') === (choices !== undefined), {
    message: '"choices" goes with the type "choice", and with no other',
    path: ['choices'],
  });

export const listAttributesInput = z.strictObject({});

export const saveSegmentInput = z.strictObject({
  segmentId,
  name: text(120),
  filter: contactFilter,
});

export const segmentInput = z.strictObject({ segmentId });

export const listSegmentsInput = z.strictObject({
  cursor: z.string().max(2_000).nullish(),
  limit: z.int().min(1).max(200).default(100),
});

export const countSegmentInput = z
  .strictObject(which)
  .refine((input) => (input.filter === undefined) !== (input.segmentId === undefined), ONE_OF);

export const setConsentInput = z
  .strictObject({
    contactId,
    category: consentCategory,
    state: z.enum(['in', 'out']),
    source: z.enum(['agent', 'form', 'api']).default('agent'),
    /** When they said so, epoch ms; left out: now. */
    at: z.int().positive().optional(),
    /** A message's id, the address of a form, the number of a signed paper, … */
    proof: z.string().trim().min(1).max(500).optional(),
  })
  .refine(({ state, proof }) => state === 'out' || proof !== undefined, {
    message: 'an opt-in needs a proof: the message, form or paper in which they said so',
    path: ['proof'],
  });

export const duplicatesInput = z.strictObject({
  cursor: z.string().max(2_000).nullish(),
  /** Contacts to look at. */
  limit: z.int().min(1).max(200).default(100),
});

export const dismissDuplicateInput = z
  .strictObject({ contactIds: z.tuple([contactId, contactId]) })
  .refine(({ contactIds: [a, b] }) => a !== b, {
    message: 'name two contacts',
    path: ['contactIds'],
  });

/** `duplicateDismissals/{a}_{b}`: two contacts that look like one person, and are two. */
export interface Dismissal {
  contactIds: [string, string];
  userId: string;
  at: number;
}
