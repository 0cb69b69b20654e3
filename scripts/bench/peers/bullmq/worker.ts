// The service's worker: a job for each message.
import { startSender } from '../../bullmq/sender.ts';
import { messageKey, QUEUE, type Job } from './jobs.ts';

startSender<Job>({
  queue: QUEUE,
  sentAt: ({ key }) => [messageKey(key), 'wamid'],
  messageOf: ({ key, phone, body }) => ({
    to: `+${phone}`,
    type: 'text',
    text: { body },
    biz_opaque_callback_data: key,
  }),
});
