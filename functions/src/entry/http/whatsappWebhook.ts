import { secrets, sizes, whatsappAppSecret, whatsappVerifyToken } from '../../params';
import { checkLimit } from '../../platform/limits/limit';
import { log } from '../../platform/log';
import { signatureIsValid } from '../../platform/whatsapp/signature';
import { handshakeAnswer } from '../../platform/whatsapp/handshake';
import { receiveWebhook } from '../../webhooks/receive';
import { addressOf, http } from '../guard';

/** Meta's bound on a webhook's body. */
const MAX_BYTES = 3 * 1024 * 1024;

/**
 * Meta's webhook. 200 only after everything in the body is durable; 5xx makes Meta deliver it
 * again, for up to seven days.
 */
export const whatsappWebhook = http(
  {
    invoker: 'public',
    ...sizes.webhook,
    maxInstances: 100,
    secrets: [secrets.whatsappAppSecret, secrets.whatsappVerifyToken],
  },
  async (request, response) => {
    if (request.method === 'GET') {
      await checkLimit('webhookTest', { subject: addressOf(request) });
      const challenge = handshakeAnswer(request.query, whatsappVerifyToken());
      if (challenge === null) response.status(403).json({ error: 'wrong verify token' });
      else response.status(200).type('text/plain').send(challenge);
      return;
    }
    if (request.method !== 'POST') {
      response.status(405).set('allow', 'GET, POST').json({ error: 'use GET or POST' });
      return;
    }
    const body = request.rawBody as Buffer | undefined;
    if (!body || body.length > MAX_BYTES) {
      response.status(body ? 413 : 400).json({ error: body ? 'over 3 MB' : 'no body' });
      return;
    }
    if (!signatureIsValid(body, request.get('x-hub-signature-256'), whatsappAppSecret())) {
      response.status(401).json({ error: 'wrong signature' });
      return;
    }
    try {
      const report = await receiveWebhook(body.toString('utf8'));
      // Without what express would do to it, such as an ETag: there are very many of them.
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(report));
    } catch (error) {
      log.error('a webhook could not be stored', { error, bytes: body.length });
      response.status(503).json({ error: 'try again' });
    }
  },
);
