import { connectChannel } from '../../channels/connect';
import { channelInput } from '../../channels/schema';
import { secrets } from '../../params';
import { ADMINS, callable } from '../guard';

/** Connects a WhatsApp number, or refreshes what WhatsApp says of it. */
export const channelsConnect = callable(
  {
    roles: ADMINS,
    input: channelInput,
    limit: 'whatsapp',
    options: { secrets: [secrets.whatsappToken] },
  },
  connectChannel,
);
