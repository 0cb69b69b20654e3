import { describe, expect, it } from 'vitest';
import { outboundContent } from '../messages/content';
import { templateProblem } from '../templates/rules';
import type { Template } from '../templates/schema';
import { contentOf, slotsOf, valuesOf, variantProblems, type Addressee } from './render';
import type { Variable, Variant } from './schema';

const plain: Template = {
  name: 'offer',
  language: 'es',
  status: 'APPROVED',
  category: 'MARKETING',
  headerFormat: null,
  headerParams: [],
  bodyParams: [],
  buttons: [],
  reason: null,
  updatedAt: 0,
};
const numbered: Template = { ...plain, bodyParams: ['1', '2'] };
const named: Template = {
  ...plain,
  headerFormat: 'TEXT',
  headerParams: ['season'],
  bodyParams: ['name', 'city'],
};
const rich: Template = {
  ...plain,
  headerFormat: 'IMAGE',
  bodyParams: ['1'],
  buttons: [
    { type: 'QUICK_REPLY', params: 0 },
    { type: 'URL', params: 1 },
    { type: 'COPY_CODE', params: 1 },
  ],
};

const variantOf = (variables: Record<string, Variable> = {}): Variant => ({
  template: { name: 'offer', language: 'es' },
  variables,
});
const fixed = (value: string): Variable => ({ fixed: value });
const LINK = 'https://shop.example/spring.jpg';
const richVariables = {
  'header.media': fixed(LINK),
  'body.1': fixed('Ana'),
  'button.1.1': fixed('spring'),
  'button.2.1': fixed('SPRING26'),
};

describe('slotsOf', () => {
  it.each([
    ['nothing to fill', plain, []],
    ['numbers', numbered, ['body.1', 'body.2']],
    ['names', named, ['header.season', 'body.name', 'body.city']],
    ['media and buttons', rich, ['header.media', 'body.1', 'button.1.1', 'button.2.1']],
  ])('%s', (_, template, slots) => {
    expect(slotsOf(template)).toEqual(slots);
  });
});

describe('variantProblems', () => {
  const filled = { 'body.1': fixed('Ana'), 'body.2': fixed('12') };

  it.each<[string, Template | undefined, Record<string, Variable>, [string | null, string][]]>([
    ['complete', numbered, filled, []],
    ['nothing to fill', plain, {}, []],
    ['rich', rich, richVariables, []],
    ['an uploaded file', rich, { ...richVariables, 'header.media': fixed('1234567890') }, []],
    ['a column of the list', numbered, { ...filled, 'body.2': { column: 'city' } }, []],
    ['no such template', undefined, filled, [[null, 'unknown-template']]],
    ['paused', { ...numbered, status: 'PAUSED' }, {}, [[null, 'template-not-approved']]],
    ['a location', { ...plain, headerFormat: 'LOCATION' }, {}, [[null, 'unsupported-header']]],
    ['no variable', numbered, { 'body.1': fixed('Ana') }, [['body.2', 'missing-variable']]],
    [
      'a variable too many',
      numbered,
      { ...filled, 'body.3': fixed('x') },
      [['body.3', 'unknown-slot']],
    ],
    [
      'an unknown column',
      numbered,
      { ...filled, 'body.2': { column: 'town' } },
      [['body.2', 'unknown-column']],
    ],
    [
      'a file for each',
      rich,
      { ...richVariables, 'header.media': { column: 'city' } },
      [['header.media', 'media-not-fixed']],
    ],
    [
      'an http link',
      rich,
      { ...richVariables, 'header.media': fixed('http://shop.example/a.jpg') },
      [['header.media', 'invalid-media']],
    ],
    [
      'a long code',
      rich,
      { ...richVariables, 'button.2.1': fixed('SPRING-2026-MADRID') },
      [['button.2.1', 'code-too-long']],
    ],
    [
      'several at once',
      numbered,
      { 'body.2': { column: 'town' }, 'header.1': fixed('x') },
      [
        ['body.1', 'missing-variable'],
        ['header.1', 'unknown-slot'],
        ['body.2', 'unknown-column'],
      ],
    ],
  ])('%s', (_, template, variables, problems) => {
    const found = variantProblems(variantOf(variables), template, ['city']);
    expect(found.map(({ slot, reason }) => [slot, reason])).toEqual(problems);
    expect(found.every(({ hint }) => hint.endsWith('.'))).toBe(true);
  });
});

describe('valuesOf', () => {
  const contact = {
    name: '  Ana María\tLópez ',
    phone: '+34600111222',
    username: null,
    attributes: { city: 'Madrid', points: 0, isMember: false, empty: ' ' },
  };
  const recipient: Addressee = { contact, row: { order: 'A-17', note: '' } };

  it.each<[string, Variable, string, Addressee?]>([
    ['fixed', fixed(' Hola '), 'Hola'],
    ['name', { field: 'name' }, 'Ana María López'],
    ['first name', { field: 'firstName' }, 'Ana'],
    ['phone', { field: 'phone' }, '+34600111222'],
    ["the list's phone", { field: 'phone' }, '+34600', { contact, phone: '+34600' }],
    ['no user name', { field: 'username' }, ''],
    ['no user name, but a fallback', { field: 'username', fallback: 'friend' }, 'friend'],
    ['attribute', { attribute: 'city' }, 'Madrid'],
    ['zero is a value', { attribute: 'points', fallback: 'x' }, '0'],
    ['no is a value', { attribute: 'isMember', fallback: 'x' }, 'false'],
    ['an empty one is none', { attribute: 'empty', fallback: 'x' }, 'x'],
    ['no such attribute', { attribute: 'constructor', fallback: 'x' }, 'x'],
    ['column', { column: 'order' }, 'A-17'],
    ['an empty cell', { column: 'note', fallback: 'x' }, 'x'],
    ['no such column', { column: 'toString' }, ''],
    ['nobody', { field: 'firstName', fallback: 'you' }, 'you', {}],
    ['line breaks, tabs, spaces', fixed('a\r\n\nb\t c     d\u00a0e\u2028f'), 'a b c d e f'],
    ['control characters', fixed('a\u0000b'), 'a b'],
    [
      'only invisible',
      { field: 'name', fallback: 'x' },
      'x',
      { contact: { ...contact, name: '\u200e\u200b' } },
    ],
    ['joined emojis', fixed('👩‍👧'), '👩‍👧'],
    ['1,024 characters', fixed('x'.repeat(1_100)), 'x'.repeat(1_024)],
    ['no half emoji', fixed(`x${'🎉'.repeat(600)}`), `x${'🎉'.repeat(511)}`],
  ])('%s', (_, variable, value, addressee = recipient) => {
    expect(valuesOf(variantOf({ 'body.1': variable }), ['body.1'], addressee)).toEqual({
      values: [value],
      missing: value === '' ? ['body.1'] : [],
    });
  });

  it('keeps the order and names what is missing', () => {
    const variant = variantOf({ 'body.2': fixed('b'), 'body.1': { column: 'x' } });
    expect(valuesOf(variant, ['body.1', 'body.2', 'button.0.1'], recipient)).toEqual({
      values: ['', 'b', ''],
      missing: ['body.1', 'button.0.1'],
    });
  });
});

describe('contentOf', () => {
  it.each<[string, Template, string[], unknown]>([
    ['nothing to fill', plain, [], undefined],
    [
      'numbers',
      numbered,
      ['Ana', '12'],
      [
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Ana' },
            { type: 'text', text: '12' },
          ],
        },
      ],
    ],
    [
      'names',
      named,
      ['spring', 'Ana', 'Madrid'],
      [
        {
          type: 'header',
          parameters: [{ type: 'text', text: 'spring', parameter_name: 'season' }],
        },
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Ana', parameter_name: 'name' },
            { type: 'text', text: 'Madrid', parameter_name: 'city' },
          ],
        },
      ],
    ],
    [
      'media and buttons',
      rich,
      [LINK, 'Ana', 'spring', 'SPRING26'],
      [
        { type: 'header', parameters: [{ type: 'image', image: { link: LINK } }] },
        { type: 'body', parameters: [{ type: 'text', text: 'Ana' }] },
        {
          type: 'button',
          sub_type: 'url',
          index: '1',
          parameters: [{ type: 'text', text: 'spring' }],
        },
        {
          type: 'button',
          sub_type: 'copy_code',
          index: '2',
          parameters: [{ type: 'coupon_code', coupon_code: 'SPRING26' }],
        },
      ],
    ],
    [
      'an uploaded video',
      { ...plain, headerFormat: 'VIDEO' },
      ['987'],
      [{ type: 'header', parameters: [{ type: 'video', video: { id: '987' } }] }],
    ],
    [
      'a document',
      { ...plain, headerFormat: 'DOCUMENT' },
      ['987'],
      [{ type: 'header', parameters: [{ type: 'document', document: { id: '987' } }] }],
    ],
  ])('%s', (_, template, values, components) => {
    const content = contentOf(variantOf(), template, values);
    expect(content.components).toEqual(components);
    expect(outboundContent.parse({ type: 'template', template: content })).toEqual({
      type: 'template',
      template: content,
    });
    expect(templateProblem(template, content)).toBeNull();
  });
});
