import type { Fields } from './fields.ts';
import { checkMedia } from './media.ts';
import type { FindMime } from './media.ts';

/** Longest texts, in characters. */
const MAX = {
  header: 60,
  footer: 60,
  body: 1024,
  listBody: 4096,
  /** Labels of buttons, of a list's opener and of a link. */
  label: 20,
  replyId: 256,
  rowId: 200,
  rowTitle: 24,
  rowDescription: 72,
};

const MAX_BUTTONS = 3;
const MAX_SECTIONS = 10;
const MAX_ROWS = 10;

/** An interactive message of one of the four kinds that can be sent. */
export function checkInteractive(interactive: Fields, findMime: FindMime): void {
  const type = interactive.oneOf('type', ['button', 'list', 'cta_url', 'flow']);
  const action = interactive.object('action');

  checkHeader(interactive.optionalObject('header'), type === 'list', findMime);
  interactive.object('body').text('text', type === 'list' ? MAX.listBody : MAX.body);
  interactive.optionalObject('footer')?.text('text', MAX.footer);

  switch (type) {
    case 'button':
      checkButtons(action);
      break;
    case 'list':
      checkList(action);
      break;
    case 'cta_url':
      checkLink(action);
      break;
    case 'flow':
      checkFlow(action);
      break;
  }
}

function checkHeader(header: Fields | undefined, textOnly: boolean, findMime: FindMime): void {
  if (!header) return;
  const type = header.oneOf('type', textOnly ? ['text'] : ['text', 'image', 'video', 'document']);
  if (type === 'text') header.text('text', MAX.header);
  else checkMedia(header.object(type), type, findMime);
}

function checkButtons(action: Fields): void {
  const replies = action.list('buttons', { max: MAX_BUTTONS }).map((button) => {
    button.oneOf('type', ['reply']);
    const reply = button.object('reply');
    reply.text('title', MAX.label);
    return reply.text('id', MAX.replyId);
  });
  checkUnique(action, 'buttons', replies);
}

function checkList(action: Fields): void {
  action.text('button', MAX.label);
  const sections = action.list('sections', { max: MAX_SECTIONS });
  const rows = sections.flatMap((section) => {
    // A lone section needs no title.
    if (sections.length > 1) section.text('title', MAX.rowTitle);
    else section.optionalText('title', MAX.rowTitle);
    return section.list('rows');
  });
  if (rows.length > MAX_ROWS) {
    throw action.invalid('sections', `must have at most ${MAX_ROWS} rows in all`);
  }
  const ids = rows.map((row) => {
    row.text('title', MAX.rowTitle);
    row.optionalText('description', MAX.rowDescription);
    return row.text('id', MAX.rowId);
  });
  checkUnique(action, 'sections', ids);
}

function checkLink(action: Fields): void {
  action.oneOf('name', ['cta_url']);
  const parameters = action.object('parameters');
  parameters.text('display_text', MAX.label);
  parameters.url('url');
}

function checkFlow(action: Fields): void {
  action.oneOf('name', ['flow']);
  const parameters = action.object('parameters');
  parameters.oneOf('flow_message_version', ['3']);
  parameters.text('flow_cta');
  if (!parameters.has('flow_name')) parameters.text('flow_id');
  else if (parameters.has('flow_id')) {
    throw parameters.invalid('flow_id', 'and flow_name exclude each other');
  } else parameters.text('flow_name');
}

function checkUnique(action: Fields, name: string, ids: readonly string[]): void {
  if (new Set(ids).size < ids.length) throw action.invalid(name, 'must not share an id');
}
