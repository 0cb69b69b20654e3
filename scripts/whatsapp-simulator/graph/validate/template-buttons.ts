import type { TemplateButton } from '../../types.ts';
import { GraphError } from '../errors.ts';
import type { Fields } from './fields.ts';
import { placeholders } from './template-texts.ts';

const MAX_COUPON = 15;

const BUTTON_TYPES = {
  quick_reply: 'QUICK_REPLY',
  url: 'URL',
  copy_code: 'COPY_CODE',
  flow: 'FLOW',
} as const;

const SUB_TYPES = Object.keys(BUTTON_TYPES) as (keyof typeof BUTTON_TYPES)[];

/** The button components of a message, against the buttons of its template. */
export function checkButtons(buttons: readonly TemplateButton[], sent: readonly Fields[]): void {
  const filled = new Set(sent.map((component) => checkButton(component, buttons)));
  const empty = buttons.findIndex((button, index) => needsParameter(button) && !filled.has(index));
  if (empty >= 0) throw new GraphError(131008, `Button at index ${empty} requires a parameter.`);
}

/** @returns the index of the button that the component is about */
function checkButton(component: Fields, buttons: readonly TemplateButton[]): number {
  const subType = component.oneOf('sub_type', SUB_TYPES);
  const index = component.number('index', 0, 9);
  const button = buttons[index];
  if (button?.type !== BUTTON_TYPES[subType]) {
    throw new GraphError(132012, `Button at index ${index} is not of type ${subType}.`);
  }
  checkParameter(component, subType, button);
  return index;
}

function checkParameter(
  component: Fields,
  subType: keyof typeof BUTTON_TYPES,
  button: TemplateButton,
): void {
  // A flow button takes an action of the flow's own making.
  if (subType === 'flow') return;
  const [parameter] = component.list('parameters', { max: 1 });
  if (!parameter) return;
  switch (subType) {
    case 'quick_reply':
      expectType(parameter, 'payload');
      parameter.text('payload');
      break;
    case 'url':
      if (!needsParameter(button)) {
        throw new GraphError(132000, `${component.path}: the template's address is fixed.`);
      }
      expectType(parameter, 'text');
      parameter.text('text');
      break;
    case 'copy_code':
      expectType(parameter, 'coupon_code');
      parameter.text('coupon_code', MAX_COUPON);
      break;
  }
}

function expectType(parameter: Fields, type: string): void {
  if (parameter.text('type') === type) return;
  throw new GraphError(132012, `${parameter.path} must be of type ${type}.`);
}

function needsParameter(button: TemplateButton): boolean {
  if (button.type === 'COPY_CODE') return true;
  return button.type === 'URL' && placeholders(button.url ?? '').length > 0;
}
