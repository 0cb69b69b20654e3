import type { Random } from '../../scripts/whatsapp-simulator/random.ts';

type Content = Record<string, unknown>;

const WORDS =
  'hola ¿tienen hora mañana por la tarde? quería pasar a recoger el pedido gracias'.split(' ');

/** A text of 1 to some 60 words; most are short. */
function textOf(random: Random): string {
  const words = 1 + Math.floor(60 * random() ** 3);
  return Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
}

/** An id of media as long as WhatsApp's. */
const mediaId = (random: Random): string => String(Math.floor(random() * 1e15)).padStart(15, '1');

/** What customers send, and how often in relation to the others. */
const KINDS: readonly [weight: number, (random: Random) => Content][] = [
  [70, (random) => ({ type: 'text', text: { body: textOf(random) } })],
  [
    10,
    (random) => ({
      type: 'image',
      image: { id: mediaId(random), mime_type: 'image/jpeg', sha256: 'aa', caption: 'esto' },
    }),
  ],
  [
    8,
    (random) => ({
      type: 'audio',
      audio: { id: mediaId(random), mime_type: 'audio/ogg; codecs=opus', voice: true },
    }),
  ],
  [
    4,
    (random) => ({
      type: 'document',
      document: { id: mediaId(random), mime_type: 'application/pdf', filename: 'pedido.pdf' },
    }),
  ],
  [
    3,
    (random) => ({
      type: 'location',
      location: { latitude: 40 + random(), longitude: -3 - random() },
    }),
  ],
  [
    4,
    () => ({
      type: 'interactive',
      interactive: { type: 'button_reply', button_reply: { id: 'yes', title: 'Sí' } },
    }),
  ],
  [
    1,
    () => ({
      type: 'contacts',
      contacts: [{ name: { formatted_name: 'Bo' }, phones: [{ phone: '+34600000000' }] }],
    }),
  ],
];
const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** A message's type and content, as in a webhook. */
export function contentOf(random: Random): Content {
  let draw = random() * TOTAL;
  for (const [weight, make] of KINDS) {
    draw -= weight;
    if (draw < 0) return make(random);
  }
  return { type: 'text', text: { body: 'Hola' } };
}
