import { z } from 'zod';

/** What a file is for; each has a folder of its own in the store. */
export const filePurpose = z.enum(['upload', 'import', 'export', 'privacy', 'archive']);
export type FilePurpose = z.infer<typeof filePurpose>;

/** `files/{id}`: a file that members may fetch. Its content is in the store, at `path`. */
export interface StoredFile {
  /** As it is to be called where it is saved. */
  name: string;
  contentType: string;
  path: string;
  bytes: number;
  purpose: FilePurpose;
  /** The member whom it is for; admins and supervisors see it too. */
  createdBy: string;
  createdAt: number;
  /** When it is removed (epoch ms). */
  expiresAt: number;
}

export const fileId = z.string().regex(/^[A-Za-z0-9_-]{8,128}$/, 'is not the id of a file');

/** A name without what a file system or a header would take for something else. */
export const fileName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  .regex(/^[^\u0000-\u001F\u007F/\\"]+$/, 'has characters that a file name may not have');
