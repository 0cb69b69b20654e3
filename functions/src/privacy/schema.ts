import { z } from 'zod';
import { jobId } from '../jobs/schema';
import type { Person } from '../shared/person';

const contactId = z.string().regex(/^[A-Za-z0-9]{1,128}$/, 'is not the id of a contact');

export const exportDataInput = z.strictObject({ jobId, contactId });

export const eraseInput = z
  .strictObject({
    jobId,
    contactId,
    /** The contact's id once more: an erasure cannot be undone. */
    confirm: z.string(),
    /** Why, for the certificate. */
    reason: z.enum(['request', 'retention', 'other']).default('request'),
  })
  .refine(({ contactId: id, confirm }) => id === confirm, {
    message: 'has to be the id of the contact once more, because this cannot be undone',
    path: ['confirm'],
  });
export type EraseReason = z.output<typeof eraseInput>['reason'];

/** What an erasure came to, as it is kept for those who ask whether it was done. */
export interface Certificate {
  certificate: 'recado-erasure/1';
  jobId: string;
  /** The member who asked for it. */
  requestedBy: string;
  reason: EraseReason;
  /** In whose place the anonymous records are. */
  anonymousId: string;
  /** ISO times. */
  requestedAt: string;
  finishedAt: string;
  /** Documents that were deleted or made anonymous, by collection. */
  erased: Record<string, number>;
}

/** A person as a job keeps them while it goes on. */
export interface OfPerson {
  person: Person;
}
