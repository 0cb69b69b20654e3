import { describe, expect, it } from 'vitest';
import type { Json, Template } from '../../types.ts';
import { SEED_TEMPLATES } from '../../world/seeds.ts';
import { GraphError } from '../errors.ts';
import { Fields } from './fields.ts';
import { checkTemplate } from './template.ts';

const MORE: Template[] = (['PAUSED', 'DISABLED', 'PENDING'] as const).map((status) => ({
  id: '1',
  name: status.toLowerCase(),
  language: 'es',
  status,
  category: 'UTILITY',
  parameter_format: 'POSITIONAL',
  components: [],
}));

MORE.push({
  id: '2',
  name: 'coupon',
  language: 'es',
  status: 'APPROVED',
  category: 'MARKETING',
  parameter_format: 'POSITIONAL',
  components: [
    { type: 'HEADER', format: 'TEXT', text: 'Para {{1}}' },
    { type: 'BODY', text: 'Tu código' },
    { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', text: 'Copiar' }] },
  ],
});

function verdict(name: string, language: string, components: Json[] = []): number | 'ok' {
  const all = [...SEED_TEMPLATES, ...MORE];
  try {
    checkTemplate(
      new Fields({ name, language: { code: language }, components }),
      (wanted, code) => all.find((each) => each.name === wanted && each.language === code),
      () => undefined,
    );
    return 'ok';
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
}

const body = (...parameters: Json[]) => ({ type: 'body', parameters });
const header = (...parameters: Json[]) => ({ type: 'header', parameters });
const text = (value: string, name?: string) => ({
  type: 'text',
  text: value,
  parameter_name: name,
});
const button = (sub_type: string, index: number | string, parameter?: Json) => ({
  type: 'button',
  sub_type,
  index,
  parameters: parameter ? [parameter] : [],
});
const picture = { type: 'image', image: { link: 'https://cdn.example/a.png' } };
const long = (length: number) => 'x'.repeat(length);

describe('which template', () => {
  it.each<[string, string, string, number | 'ok']>([
    ['approved', 'hello_world', 'en_US', 'ok'],
    ['in another language', 'hello_world', 'es', 132001],
    ['unknown', 'nothing', 'es', 132001],
    ['not approved yet', 'pending', 'es', 132001],
    ['paused', 'paused', 'es', 132015],
    ['disabled', 'disabled', 'es', 132016],
  ])('%s', (_, name, language, expected) => {
    expect(verdict(name, language)).toBe(expected);
  });
});

describe('numbered parameters of a body', () => {
  it.each<[string, Json[], number | 'ok']>([
    ['as many as placeholders', [body(text('Ana'), text('42'))], 'ok'],
    ['one too few', [body(text('Ana'))], 132000],
    ['one too many', [body(text('Ana'), text('42'), text('?'))], 132000],
    ['none at all', [], 132000],
    ['an empty one', [body(text('Ana'), text(''))], 131008],
    ['one of another type', [body(text('Ana'), picture)], 132012],
    ['too long together', [body(text(long(600)), text(long(600)))], 132005],
    ['a component of an unknown type', [{ type: 'feet' }], 131009],
  ])('%s', (_, components, expected) => {
    expect(verdict('order_update', 'es', components)).toBe(expected);
  });
});

describe('named parameters, and quick replies', () => {
  const named = body(text('1 de mayo', 'date'), text('Ana', 'name'));

  it.each<[string, Json[], number | 'ok']>([
    ['in any order', [named], 'ok'],
    ['without names', [body(text('Ana'), text('1 de mayo'))], 132012],
    ['with a wrong name', [body(text('Ana', 'name'), text('1 de mayo', 'day'))], 132012],
    ['one too few', [body(text('Ana', 'name'))], 132000],
    ['a payload', [named, button('quick_reply', '1', { type: 'payload', payload: 'move' })], 'ok'],
    ['a text as payload', [named, button('quick_reply', 0, text('move'))], 132012],
    ['a button that is not there', [named, button('quick_reply', 2, text('x'))], 132012],
    ['a button of another kind', [named, button('url', 0, text('x'))], 132012],
  ])('%s', (_, components, expected) => {
    expect(verdict('appointment_reminder', 'pt_BR', components)).toBe(expected);
  });
});

describe('headers, links and coupons', () => {
  const link = button('url', 0, text('abc'));
  const coupon = (code: string) =>
    button('copy_code', 0, { type: 'coupon_code', coupon_code: code });

  it.each<[string, string, Json[], number | 'ok']>([
    ['a picture and a link', 'promo_offer', [header(picture), body(text('Ana')), link], 'ok'],
    ['no picture', 'promo_offer', [body(text('Ana')), link], 132012],
    ['a text for a picture', 'promo_offer', [header(text('x')), body(text('Ana')), link], 132012],
    ['no end of the link', 'promo_offer', [header(picture), body(text('Ana'))], 131008],
    ['a header text', 'coupon', [header(text('Ana')), coupon('SAVE10')], 'ok'],
    ['no header text', 'coupon', [coupon('SAVE10')], 132000],
    ['no coupon', 'coupon', [header(text('Ana'))], 131008],
    ['a coupon of 15', 'coupon', [header(text('Ana')), coupon(long(15))], 'ok'],
    ['a coupon of 16', 'coupon', [header(text('Ana')), coupon(long(16))], 131009],
  ])('%s', (_, name, components, expected) => {
    expect(verdict(name, 'es', components)).toBe(expected);
  });
});
