import { z } from 'zod';
import { tag } from '../schema';

/**
 * What becomes of a value that is stored already: `fill` writes empty ones only, `overwrite` takes
 * the file's, `keep` leaves the contact as it is. Tags are added by `fill` and `overwrite`. Names
 * under which WhatsApp knows the person are filled in by all, and wishes count by their time.
 */
const rule = z.enum(['keep', 'overwrite', 'fill']);
export type MergeRule = z.infer<typeof rule>;

/** Which column of a contact a header stands for (`phone`, `attributes.city`); null: none. */
const mapping = z.record(z.string().max(200), z.string().max(120).nullable());
export type Mapping = z.infer<typeof mapping>;

const fileId = z
  .string()
  .max(300)
  .regex(/^[A-Za-z0-9_-]+$/, 'is not the id of a file');

const country = z.string().regex(/^[A-Z]{2}$/, 'takes two capitals, like "ES"');

export const importPreviewInput = z.strictObject({ fileId });

export const importInput = z.strictObject({
  /** The client's key: repeating the call is the same import. */
  jobId: z.string().regex(/^[A-Za-z0-9_-]{8,128}$/, 'takes 8–128 letters, digits, "-" or "_"'),
  /** Of the upload. */
  fileId,
  /** For headers that it does not name, the suggestion holds. */
  mapping: mapping.default({}),
  /** Of numbers without a country code, as `ES`; left out: such numbers are rejected. */
  defaultCountry: country.optional(),
  rule: rule.default('fill'),
  /** For everybody in the file. */
  tags: z.array(tag).max(20).default([]),
  /** What everybody in the file agreed to, or refused; a column of the file counts more. */
  consent: z
    .strictObject({
      category: z.enum(['marketing', 'utility', 'authentication', 'service']),
      state: z.enum(['in', 'out']),
      /** When they said so, epoch ms. */
      at: z.int().positive(),
      /** The form, the list, the paper in which they said so. */
      proof: z.string().trim().min(1).max(500),
    })
    .optional(),
  /** Writes nothing; the result says what an import would do. */
  dryRun: z.boolean().default(false),
});
export type ImportInput = z.output<typeof importInput>;

/** A row of a file, with the line where it begins in the file. */
export interface Row {
  line: number;
  cells: string[];
}

/** Why a row, or a part of it, is not taken. */
export interface Rejection {
  line: number;
  /** The header of the cell that is wrong. */
  column: string;
  reason: RejectionReason;
}

export type RejectionReason =
  | 'no-identity'
  | 'invalid-number'
  | 'invalid-bsuid'
  | 'invalid-username'
  | 'invalid-tag'
  | 'too-many-tags'
  | 'invalid-attribute'
  | 'invalid-owner'
  | 'invalid-boolean'
  | 'invalid-consent'
  | 'too-long'
  | 'too-many-cells'
  | 'two-contacts'
  | 'repeated-too-often'
  | 'belongs-to-another';

/** People by what became of them, and the other rows; together they are all rows. */
export interface ImportCounts {
  created: number;
  updated: number;
  unchanged: number;
  /** Rows of a person whom an earlier row is about; merged into that one by the rule. */
  repeated: number;
  rejected: number;
}

export const NO_ROWS: ImportCounts = {
  created: 0,
  updated: 0,
  unchanged: 0,
  repeated: 0,
  rejected: 0,
};

/** What a file may have; all of it is checked before the first contact is written. */
export const LIMITS = {
  rows: 1_000_000,
  columns: 500,
  /** Characters of a header. */
  header: 200,
  /** Characters of a cell. */
  cell: 32_767,
  /** Bytes of a row, of all its cells together. */
  row: 2 * 1024 * 1024,
  /** Bytes of a workbook's sheet and of its texts, unpacked. */
  sheet: 512 * 1024 * 1024,
  texts: 64 * 1024 * 1024,
} as const;
