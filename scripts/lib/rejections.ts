import type { RejectionReason } from '../../functions/lib/contacts/import/schema.js';

/** Why rows of an import are rejected, in words. */
const WORDS: Record<RejectionReason, string> = {
  'no-identity': 'neither a phone number nor a BSUID: nobody to write to',
  'invalid-number': 'no phone number; without a country code it needs a default country',
  'invalid-bsuid': 'no BSUID',
  'invalid-username': 'no username',
  'invalid-tag': 'a tag that is too long',
  'too-many-tags': 'more tags than a contact can have',
  'invalid-attribute': 'not a value that the attribute takes',
  'invalid-owner': 'not the id of an active agent or lead',
  'invalid-boolean': 'neither yes nor no',
  'invalid-consent': 'neither an agreement nor a refusal',
  'too-long': 'longer than it may be',
  'too-many-cells': 'more cells than the header has columns',
  'two-contacts': 'its number and BSUID are two contacts; merge them first if they are one person',
  'belongs-to-another': 'its number, BSUID or username is known as another person’s',
  'repeated-too-often': 'a person with over 1,000 rows',
};

export const whyRejected = (reason: string): string =>
  Object.hasOwn(WORDS, reason) ? WORDS[reason as RejectionReason] : reason;
