import { replayInput } from '../../deadLetters/schema';
import { secrets } from '../../params';
import { replay } from '../../webhooks/replay';
import { ADMINS, callable } from '../guard';

/** Processes dead letters again. */
export const deadLettersReplay = callable(
  {
    roles: ADMINS,
    input: replayInput,
    options: { secrets: [secrets.whatsappToken], timeoutSeconds: 300 },
  },
  async (member, { ids }) => ({ results: await replay(member, ids) }),
);
