import { describe, expect, it } from 'vitest';
import type { Json } from '../../types.ts';
import { GraphError } from '../errors.ts';
import { Fields } from './fields.ts';
import { checkInteractive } from './interactive.ts';

function verdict(interactive: Json): number | 'ok' {
  try {
    checkInteractive(new Fields(interactive), () => undefined);
    return 'ok';
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
}

const long = (length: number) => 'x'.repeat(length);
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

const message = (type: string, action: Json, rest: Json = {}) => ({
  type,
  body: { text: 'Choose' },
  action,
  ...rest,
});

describe('buttons', () => {
  const button = (reply: Json) => ({ type: 'reply', reply: { id: 'yes', title: 'Yes', ...reply } });
  const buttons = (...replies: Json[]) => ({ buttons: replies.map(button) });

  it.each<[string, Json, number | 'ok']>([
    ['one', message('button', buttons({})), 'ok'],
    ['three', message('button', buttons(...times(3, (id) => ({ id: `${id}` })))), 'ok'],
    ['four', message('button', buttons(...times(4, (id) => ({ id: `${id}` })))), 131009],
    ['none', message('button', { buttons: [] }), 131008],
    ['two with one id', message('button', buttons({}, {})), 131009],
    ['a title of 20', message('button', buttons({ title: long(20) })), 'ok'],
    ['a title of 21', message('button', buttons({ title: long(21) })), 131009],
    ['an id of 256', message('button', buttons({ id: long(256) })), 'ok'],
    ['an id of 257', message('button', buttons({ id: long(257) })), 131009],
    ['a body of 1024', message('button', buttons({}), { body: { text: long(1024) } }), 'ok'],
    ['a body of 1025', message('button', buttons({}), { body: { text: long(1025) } }), 131009],
    ['no body', message('button', buttons({}), { body: undefined }), 131008],
    ['a footer of 61', message('button', buttons({}), { footer: { text: long(61) } }), 131009],
    [
      'a header of 60',
      message('button', buttons({}), { header: { type: 'text', text: long(60) } }),
      'ok',
    ],
    [
      'a header of 61',
      message('button', buttons({}), { header: { type: 'text', text: long(61) } }),
      131009,
    ],
    [
      'a header with an image',
      message('button', buttons({}), {
        header: { type: 'image', image: { link: 'https://cdn.example/a.png' } },
      }),
      'ok',
    ],
  ])('%s', (_, interactive, expected) => {
    expect(verdict(interactive)).toBe(expected);
  });
});

describe('lists', () => {
  const rows = (count: number, section = 0, row: Json = {}) =>
    times(count, (index) => ({ id: `${section}-${index}`, title: 'Row', ...row }));
  const list = (sections: Json[], rest: Json = {}) =>
    message('list', { button: 'Open', sections }, rest);
  const sections = (count: number, each: number) =>
    times(count, (index) => ({ title: `Section ${index}`, rows: rows(each, index) }));

  it.each<[string, Json, number | 'ok']>([
    ['ten rows in one section', list([{ rows: rows(10) }]), 'ok'],
    ['eleven rows in one section', list([{ rows: rows(11) }]), 131009],
    ['ten sections of one row', list(sections(10, 1)), 'ok'],
    ['eleven sections', list(sections(11, 1)), 131009],
    ['twelve rows in two sections', list(sections(2, 6)), 131009],
    ['two sections without titles', list([{ rows: rows(1, 1) }, { rows: rows(1, 2) }]), 131008],
    ['a section title of 25', list([{ title: long(25), rows: rows(1) }]), 131009],
    ['a row title of 25', list([{ rows: rows(1, 0, { title: long(25) }) }]), 131009],
    ['a row id of 201', list([{ rows: rows(1, 0, { id: long(201) }) }]), 131009],
    ['a description of 72', list([{ rows: rows(1, 0, { description: long(72) }) }]), 'ok'],
    ['a description of 73', list([{ rows: rows(1, 0, { description: long(73) }) }]), 131009],
    ['a section without rows', list([{ rows: [] }]), 131008],
    ['a body of 4096', list([{ rows: rows(1) }], { body: { text: long(4096) } }), 'ok'],
    ['a body of 4097', list([{ rows: rows(1) }], { body: { text: long(4097) } }), 131009],
    ['an image as header', list([{ rows: rows(1) }], { header: { type: 'image' } }), 131009],
    ['no opener', message('list', { sections: [{ rows: rows(1) }] }), 131008],
  ])('%s', (_, interactive, expected) => {
    expect(verdict(interactive)).toBe(expected);
  });
});

describe('links and flows', () => {
  const link = (parameters: Json) =>
    message('cta_url', {
      name: 'cta_url',
      parameters: { display_text: 'Open', url: 'https://shop.example', ...parameters },
    });
  const flow = (parameters: Json) =>
    message('flow', {
      name: 'flow',
      parameters: { flow_message_version: '3', flow_id: '1', flow_cta: 'Start', ...parameters },
    });

  it.each<[string, Json, number | 'ok']>([
    ['a link', link({}), 'ok'],
    ['a link text of 21', link({ display_text: long(21) }), 131009],
    ['a link to nowhere', link({ url: 'shop' }), 131009],
    ['a flow by id', flow({}), 'ok'],
    ['a flow by name', flow({ flow_id: undefined, flow_name: 'booking' }), 'ok'],
    ['a flow by both', flow({ flow_name: 'booking' }), 131009],
    ['a flow by neither', flow({ flow_id: undefined }), 131008],
    ['a flow of an old version', flow({ flow_message_version: '2' }), 131009],
    ['a flow without a label', flow({ flow_cta: undefined }), 131008],
    ['a kind that does not exist', message('carousel', {}), 131009],
  ])('%s', (_, interactive, expected) => {
    expect(verdict(interactive)).toBe(expected);
  });
});
