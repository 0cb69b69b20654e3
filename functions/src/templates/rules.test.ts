import { describe, expect, it } from 'vitest';
import { metaTemplate, placeholders, templateProblem, toTemplate } from './rules';

const order = toTemplate(
  metaTemplate.parse({
    name: 'order_update',
    language: 'es',
    status: 'APPROVED',
    category: 'UTILITY',
    components: [
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Hola {{1}}, tu pedido {{2}} va en camino, {{1}}.' },
      {
        type: 'BUTTONS',
        buttons: [{ type: 'QUICK_REPLY' }, { type: 'URL', url: 'https://x/{{1}}' }],
      },
    ],
  }),
  0,
);
const reminder = { ...order, headerFormat: null, bodyParams: ['name', 'date'], buttons: [] };

const send = (components: object[]) =>
  ({ name: 'order_update', language: { code: 'es' }, components }) as never;
const header = { type: 'header', parameters: [{ type: 'image' }] };
const body = { type: 'body', parameters: [{ type: 'text' }, { type: 'text' }] };
const button = { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text' }] };
const named = (...names: string[]) => ({
  type: 'body',
  parameters: names.map((parameter_name) => ({ type: 'text', parameter_name })),
});

describe('toTemplate', () => {
  it('counts each placeholder once and knows which buttons take one', () => {
    expect(order).toMatchObject({
      headerFormat: 'IMAGE',
      bodyParams: ['1', '2'],
      buttons: [
        { type: 'QUICK_REPLY', params: 0 },
        { type: 'URL', params: 1 },
      ],
    });
  });
  it('finds placeholders by name', () => {
    expect(placeholders('{{ name }} on {{date}}')).toEqual(['name', 'date']);
  });
});

describe('templateProblem', () => {
  it.each([
    ['complete', order, [header, body, button], null],
    ['no such template', undefined, [], 'unknown-template'],
    [
      'paused at Meta',
      { ...order, status: 'PAUSED' },
      [header, body, button],
      'template-not-approved',
    ],
    [
      'body too short',
      order,
      [header, { ...body, parameters: [{ type: 'text' }] }, button],
      'template-parameters',
    ],
    ['no header', order, [body, button], 'template-parameters'],
    [
      'header of another type',
      order,
      [{ type: 'header', parameters: [{ type: 'text' }] }, body, button],
      'template-parameters',
    ],
    ['no button', order, [header, body], 'template-parameters'],
    ['named', reminder, [named('date', 'name')], null],
    ['a name is missing', reminder, [named('date', 'nam')], 'template-parameters'],
  ])('%s', (_, template, components, reason) => {
    expect(templateProblem(template, send(components))?.reason ?? null).toBe(reason);
  });
});
