// A campaign's worker: a job for each recipient.
import { startSender } from '../../bullmq/sender.ts';
import { TEMPLATE } from '../people.ts';
import { QUEUE, sentKey, type Recipient } from './jobs.ts';

startSender<Recipient>({
  queue: QUEUE,
  sentAt: ({ campaignId, phone }) => [sentKey(campaignId), phone],
  messageOf: ({ campaignId, phone, name }) => ({
    to: phone,
    type: 'template',
    template: {
      name: TEMPLATE.name,
      language: { code: TEMPLATE.language },
      components: [{ type: 'body', parameters: [{ type: 'text', text: name.split(' ')[0] }] }],
    },
    biz_opaque_callback_data: `${campaignId}.${phone}`,
  }),
});
