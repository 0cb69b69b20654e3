import type { PhoneNumber, Template } from '../types.ts';

/** The business's numbers at start. */
export const SEED_NUMBERS: readonly PhoneNumber[] = [
  {
    id: '100000000000001',
    displayPhoneNumber: '+34 600 000 001',
    verifiedName: 'Recado Demo',
    qualityRating: 'GREEN',
    status: 'CONNECTED',
    messagingLimitTier: 'TIER_10K',
  },
  {
    id: '100000000000002',
    displayPhoneNumber: '+34 600 000 002',
    verifiedName: 'Recado Demo 2',
    qualityRating: 'GREEN',
    status: 'CONNECTED',
    messagingLimitTier: 'TIER_10K',
  },
];

/** The approved templates at start: one without parameters, and one for each kind of parameter. */
export const SEED_TEMPLATES: readonly Template[] = [
  {
    id: '300000000000001',
    name: 'hello_world',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Hello World' },
      { type: 'BODY', text: 'Welcome and congratulations!' },
      { type: 'FOOTER', text: 'WhatsApp Business Platform sample message' },
    ],
  },
  {
    id: '300000000000002',
    name: 'order_update',
    language: 'es',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'Hola {{1}}, tu pedido {{2}} ha cambiado de estado.' }],
  },
  {
    id: '300000000000003',
    name: 'appointment_reminder',
    language: 'pt_BR',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [
      { type: 'BODY', text: 'Olá {{name}}, sua consulta é no dia {{date}}.' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'QUICK_REPLY', text: 'Confirmar' },
          { type: 'QUICK_REPLY', text: 'Remarcar' },
        ],
      },
    ],
  },
  {
    id: '300000000000004',
    name: 'promo_offer',
    language: 'es',
    status: 'APPROVED',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Oferta para ti, {{1}}: solo esta semana.' },
      {
        type: 'BUTTONS',
        buttons: [{ type: 'URL', text: 'Ver oferta', url: 'https://shop.example/o/{{1}}' }],
      },
    ],
  },
];
