import { previewImport } from '../../contacts/import/preview';
import { importPreviewInput } from '../../contacts/import/schema';
import { callable, SUPERVISORS } from '../guard';

/** The columns of an uploaded file, and what they could be mapped to. */
export const contactsImportPreview = callable(
  { roles: SUPERVISORS, input: importPreviewInput, options: { memory: '512MiB' } },
  previewImport,
);
