import { z } from 'zod';
import { secrets } from '../../params';
import { syncTemplates } from '../../templates/sync';
import { callable, SUPERVISORS } from '../guard';

/** Copies the account's templates from Meta. */
export const templatesSync = callable(
  {
    roles: SUPERVISORS,
    input: z.strictObject({}),
    limit: 'whatsapp',
    options: { secrets: [secrets.whatsappToken], timeoutSeconds: 120 },
  },
  () => syncTemplates(),
);
