// Makes a signed webhook with a text of one of a thousand customers, for webhooks.yml.
const { createHmac, randomUUID } = require('node:crypto');

const CUSTOMERS = 1_000;
const CHANNEL = process.env.CHANNEL ?? '100000000000001';

/** Gives the request its body and its signature. */
exports.signInbound = (request, _context, _events, done) => {
  const from = String(34_660_000_000 + Math.floor(Math.random() * CUSTOMERS));
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '34600000001', phone_number_id: CHANNEL },
    contacts: [{ wa_id: from, profile: { name: 'Ana' } }],
    messages: [
      {
        ...{ from, id: `wamid.${randomUUID()}`, type: 'text', text: { body: 'Hola' } },
        timestamp: String(Math.floor(Date.now() / 1_000)),
      },
    ],
  };
  const changes = [{ field: 'messages', value }];
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '200000000000001', changes }],
  });
  const hash = createHmac('sha256', process.env.APP_SECRET ?? '')
    .update(body)
    .digest('hex');
  request.body = body;
  request.headers = {
    ...request.headers,
    'content-type': 'application/json',
    'x-hub-signature-256': `sha256=${hash}`,
  };
  done();
};
