import type { Contact } from '../contacts/schema';
import type { OutboundContent } from '../messages/content';
import { cut } from '../shared/text';
import { templateProblem } from '../templates/rules';
import type { Template } from '../templates/schema';
import type { Variable, Variant } from './schema';

/** What is wrong with a variant; `slot` is null where it is not about one placeholder. */
export interface VariantProblem {
  slot: string | null;
  reason: string;
  hint: string;
}

/** What is known of a recipient: the contact, the number, the row of the list. */
export interface Addressee {
  contact?: Pick<Contact, 'name' | 'phone' | 'username' | 'attributes'> | undefined;
  phone?: string | undefined;
  row?: Record<string, string> | undefined;
}

export type TemplateMessage = Extract<OutboundContent, { type: 'template' }>;
type Component = NonNullable<TemplateMessage['template']['components']>[number];
type Parameter = Component['parameters'][number];

const MEDIA_SLOT = 'header.media';
const MEDIA_ID = /^\w{1,128}$/;
const MAX_VALUE_LENGTH = 1_024;
const MAX_CODE_LENGTH = 15;

/** Formats of headers that a file is sent with. */
const MEDIA = { IMAGE: 'image', VIDEO: 'video', DOCUMENT: 'document' } as const;
type MediaType = (typeof MEDIA)[keyof typeof MEDIA];
const mediaOf = ({ headerFormat }: Template): MediaType | undefined =>
  MEDIA[headerFormat as keyof typeof MEDIA];

const headerSlots = (template: Template): string[] =>
  mediaOf(template) ? [MEDIA_SLOT] : template.headerParams.map((name) => `header.${name}`);
const bodySlots = ({ bodyParams }: Template): string[] => bodyParams.map((name) => `body.${name}`);
const buttonSlots = (params: number, index: number): string[] =>
  Array.from({ length: params }, (_, n) => `button.${index}.${n + 1}`);

/**
 * A template's placeholders, always in the same order.
 *
 * @example ['header.media', 'body.1', 'body.2', 'button.0.1']
 */
export const slotsOf = (template: Template): string[] => [
  ...headerSlots(template),
  ...bodySlots(template),
  ...template.buttons.flatMap(({ params }, index) => buttonSlots(params, index)),
];

/**
 * Everything that keeps a variant from being sent, in words for whoever made it.
 *
 * @param columns the list's columns; none for other audiences
 */
export function variantProblems(
  variant: Variant,
  template: Template | undefined,
  columns: string[],
): VariantProblem[] {
  const { name, language } = variant.template;
  if (template?.status !== 'APPROVED') {
    const problem = templateProblem(template, { name, language: { code: language } });
    return problem ? [{ slot: null, ...problem }] : [];
  }
  const slots = slotsOf(template);
  const given = Object.keys(variant.variables);
  return [
    ...headerProblems(template),
    ...slots
      .filter((slot) => !variant.variables[slot])
      .map((slot) => ({
        slot,
        reason: 'missing-variable',
        hint: `The template's placeholder "${slot}" has no variable.`,
      })),
    ...given
      .filter((slot) => !slots.includes(slot))
      .map((slot) => ({
        slot,
        reason: 'unknown-slot',
        hint: `The template has no placeholder "${slot}"; it has ${quoted(slots)}.`,
      })),
    ...slots.flatMap((slot) => {
      const variable = variant.variables[slot];
      const problem = variable && variableProblem(slot, variable, template, columns);
      return problem ? [{ slot, ...problem }] : [];
    }),
  ];
}

function headerProblems(template: Template): VariantProblem[] {
  const { headerFormat } = template;
  if (headerFormat === null || headerFormat === 'TEXT' || mediaOf(template)) return [];
  const hint = `Campaigns cannot fill headers of the kind ${headerFormat}; use another template.`;
  return [{ slot: null, reason: 'unsupported-header', hint }];
}

function variableProblem(
  slot: string,
  variable: Variable,
  template: Template,
  columns: string[],
): { reason: string; hint: string } | null {
  if (slot === MEDIA_SLOT) return mediaProblem(variable);
  if ('column' in variable && !columns.includes(variable.column)) {
    return {
      reason: 'unknown-column',
      hint: `The list has no column "${variable.column}"; it has ${quoted(columns)}.`,
    };
  }
  if ('fixed' in variable && isCode(slot, template) && variable.fixed.length > MAX_CODE_LENGTH) {
    const hint = `WhatsApp takes codes of up to ${MAX_CODE_LENGTH} characters.`;
    return { reason: 'code-too-long', hint };
  }
  return null;
}

function mediaProblem(variable: Variable): { reason: string; hint: string } | null {
  if (!('fixed' in variable)) {
    const hint = 'The header\'s file is the same for everyone: give it as "fixed".';
    return { reason: 'media-not-fixed', hint };
  }
  if (isLink(variable.fixed) || MEDIA_ID.test(variable.fixed)) return null;
  const hint = "The header's file is a link that begins with https:// or the id of an upload.";
  return { reason: 'invalid-media', hint };
}

const isLink = (text: string): boolean => URL.canParse(text) && new URL(text).protocol === 'https:';

const isCode = (slot: string, { buttons }: Template): boolean =>
  buttons[Number(/^button\.(\d+)\./.exec(slot)?.[1])]?.type === 'COPY_CODE';

const quoted = (names: string[]): string =>
  names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');

/** A recipient's values for the slots, in their order, and the slots that have none. */
export function valuesOf(
  variant: Variant,
  slots: string[],
  recipient: Addressee,
): { values: string[]; missing: string[] } {
  const values = slots.map((slot) => {
    const variable = variant.variables[slot];
    if (!variable) return '';
    if ('fixed' in variable) return clean(variable.fixed);
    return clean(valueOf(variable, recipient)) || clean(variable.fallback ?? '');
  });
  return { values, missing: slots.filter((_, index) => values[index] === '') };
}

function valueOf(
  variable: Exclude<Variable, { fixed: string }>,
  { contact, phone, row }: Addressee,
): string {
  if ('column' in variable) return own(row, variable.column);
  if ('attribute' in variable) return own(contact?.attributes, variable.attribute);
  switch (variable.field) {
    case 'name':
      return contact?.name ?? '';
    case 'firstName':
      return clean(contact?.name ?? '').split(' ', 1)[0] ?? '';
    case 'phone':
      return phone ?? contact?.phone ?? '';
    case 'username':
      return contact?.username ?? '';
  }
}

/** Names of attributes and columns are the user's; one may be called "constructor". */
const own = (values: Record<string, string | number | boolean> = {}, name: string): string =>
  Object.hasOwn(values, name) ? String(values[name]) : '';

/**
 * A text as WhatsApp takes it for a placeholder: line breaks, tabs and rows of spaces it refuses.
 * One without anything to see is empty.
 */
function clean(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  if (/^[\s\p{Cf}]*$/u.test(line)) return '';
  return cut(line, MAX_VALUE_LENGTH).trimEnd();
}

/** The message for a recipient; `values` in the order of the template's slots. */
export function contentOf(
  variant: Variant,
  template: Template,
  values: string[],
): TemplateMessage['template'] {
  const bySlot = new Map(slotsOf(template).map((slot, index) => [slot, values[index] ?? '']));
  const textsOf = (slots: string[]) => slots.map((slot) => text(slot, bySlot.get(slot) ?? ''));
  const media = mediaOf(template);
  const components: Component[] = [
    {
      type: 'header',
      parameters: media
        ? [fileOf(media, bySlot.get(MEDIA_SLOT) ?? '')]
        : textsOf(headerSlots(template)),
    },
    { type: 'body', parameters: textsOf(bodySlots(template)) },
    ...template.buttons.map(({ type, params }, index) =>
      buttonOf(
        type,
        index,
        buttonSlots(params, index).map((slot) => bySlot.get(slot) ?? ''),
      ),
    ),
  ];
  const filled = components.filter(({ parameters }) => parameters.length > 0);
  return {
    name: variant.template.name,
    language: { code: variant.template.language },
    ...(filled.length > 0 ? { components: filled } : {}),
  };
}

/** Numbered placeholders go by their order, others by name. */
function text(slot: string, value: string): Parameter {
  const name = slot.slice(slot.indexOf('.') + 1);
  return { type: 'text', text: value, ...(/^\d+$/.test(name) ? {} : { parameter_name: name }) };
}

function fileOf(type: MediaType, value: string): Parameter {
  const file = isLink(value) ? { link: value } : { id: value };
  switch (type) {
    case 'image':
      return { type, image: file };
    case 'video':
      return { type, video: file };
    case 'document':
      return { type, document: file };
  }
}

function buttonOf(type: string, index: number, values: string[]): Component {
  const isCopy = type === 'COPY_CODE';
  return {
    type: 'button',
    sub_type: isCopy ? 'copy_code' : 'url',
    index: String(index),
    parameters: values.map((value) =>
      isCopy ? { type: 'coupon_code', coupon_code: value } : { type: 'text', text: value },
    ),
  };
}
