import { describe, expect, it } from 'vitest';
import type { Json } from '../../types.ts';
import { GraphError } from '../errors.ts';
import { checkMessage } from './message.ts';

const MIMES: Record<string, string> = { img: 'image/jpeg', aud: 'audio/ogg', web: 'image/webp' };

const catalogue = {
  findMime: (id: string) => MIMES[id],
  findTemplate: () => undefined,
};

/** The error code that a request earns, or `ok`. */
function verdict(fields: Json): number | 'ok' {
  try {
    checkMessage({ messaging_product: 'whatsapp', to: '+34611222333', ...fields }, catalogue);
    return 'ok';
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
}

const long = (length: number) => 'x'.repeat(length);
const text = (body: unknown) => ({ type: 'text', text: { body } });
const typed = (type: string, content: unknown) => ({ type, [type]: content });

describe('the envelope', () => {
  it.each<[string, Json, number | 'ok']>([
    ['a plain text', text('Hola'), 'ok'],
    ['no messaging_product', { ...text('Hola'), messaging_product: undefined }, 100],
    ['no type', { text: { body: 'Hola' } }, 131008],
    ['a type that does not exist', typed('hologram', {}), 131051],
    ['a type named like a method of all objects', typed('constructor', {}), 131051],
    ['no content', { type: 'text' }, 131008],
    ['content of the wrong shape', { type: 'text', text: 'Hola' }, 131009],
    ['a group', { ...text('Hola'), recipient_type: 'group' }, 131009],
    ['no recipient', { ...text('Hola'), to: undefined }, 131008],
    ['a word as recipient', { ...text('Hola'), to: 'Ana' }, 131009],
    ['a number without its country', { ...text('Hola'), to: '22' }, 131009],
    ['a number with spaces', { ...text('Hola'), to: '+34 611-222-333' }, 'ok'],
    ['a number that is no string', { ...text('Hola'), to: 34611222333 }, 131009],
    ['a user id', { ...text('Hola'), to: undefined, recipient: 'US.13491208655302741918' }, 'ok'],
    ['a broken user id', { ...text('Hola'), to: undefined, recipient: '1349' }, 131009],
    ['a reply', { ...text('Hola'), context: { message_id: 'wamid.1' } }, 'ok'],
    ['a reply to nothing', { ...text('Hola'), context: {} }, 131008],
    ['callback data of 512', { ...text('Hola'), biz_opaque_callback_data: long(512) }, 'ok'],
    ['callback data of 513', { ...text('Hola'), biz_opaque_callback_data: long(513) }, 131009],
  ])('%s', (_, fields, expected) => {
    expect(verdict(fields)).toBe(expected);
  });

  it('prefers the phone number when there is a user id too', () => {
    const both = { messaging_product: 'whatsapp', to: '+34 611', recipient: 'US.1', ...text('Hi') };
    expect(checkMessage({ ...both, to: '+34 611 222 333' }, catalogue).recipient).toEqual({
      waId: '34611222333',
    });
  });
});

describe('text, reaction, location and contacts', () => {
  it.each<[string, Json, number | 'ok']>([
    ['a text of 4096', text(long(4096)), 'ok'],
    ['a text of 4097', text(long(4097)), 131009],
    ['4096 emoji, which are 8192 UTF-16 units', text('🌵'.repeat(4096)), 'ok'],
    ['an empty text', text(''), 131008],
    ['a reaction', typed('reaction', { message_id: 'wamid.1', emoji: '👍' }), 'ok'],
    ['a removed reaction', typed('reaction', { message_id: 'wamid.1', emoji: '' }), 'ok'],
    ['a reaction without emoji', typed('reaction', { message_id: 'wamid.1' }), 131008],
    ['a reaction to nothing', typed('reaction', { emoji: '👍' }), 131008],
    ['a location', typed('location', { latitude: 41.4, longitude: 2.2, name: 'Here' }), 'ok'],
    ['a location in words', typed('location', { latitude: 'north', longitude: 2 }), 131009],
    ['a location off the globe', typed('location', { latitude: 91, longitude: 2 }), 131009],
    ['half a location', typed('location', { latitude: 41.4 }), 131008],
    ['a contact', typed('contacts', [{ name: { formatted_name: 'Ana' } }]), 'ok'],
    ['no contact', typed('contacts', []), 131008],
    ['a nameless contact', typed('contacts', [{ name: {} }]), 131008],
    [
      'a phone without number',
      typed('contacts', [{ name: { formatted_name: 'A' }, phones: [{}] }]),
      131008,
    ],
  ])('%s', (_, fields, expected) => {
    expect(verdict(fields)).toBe(expected);
  });
});

describe('media', () => {
  const link = 'https://cdn.example/a.jpg';

  it.each<[string, Json, number | 'ok']>([
    ['a link', typed('image', { link }), 'ok'],
    ['an uploaded id', typed('image', { id: 'img' }), 'ok'],
    ['neither', typed('image', { caption: 'Look' }), 131008],
    ['both', typed('image', { id: 'img', link }), 131009],
    ['a link that is none', typed('image', { link: 'a.jpg' }), 131009],
    ['a link of another protocol', typed('image', { link: 'ftp://cdn.example/a' }), 131009],
    ['an id that does not exist', typed('image', { id: 'none' }), 131053],
    ['an id of another kind', typed('image', { id: 'aud' }), 131053],
    ['a sticker', typed('sticker', { id: 'web' }), 'ok'],
    ['any file as a document', typed('document', { id: 'aud', filename: 'a.ogg' }), 'ok'],
    ['a caption of 1024', typed('video', { link, caption: long(1024) }), 'ok'],
    ['a caption of 1025', typed('video', { link, caption: long(1025) }), 131009],
    ['a caption on audio', typed('audio', { id: 'aud', caption: 'Listen' }), 131009],
  ])('%s', (_, fields, expected) => {
    expect(verdict(fields)).toBe(expected);
  });
});
