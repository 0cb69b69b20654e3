import type { Template, TemplateComponent } from '../../types.ts';
import { GraphError } from '../errors.ts';
import type { Fields } from './fields.ts';
import { checkMedia } from './media.ts';
import type { FindMime } from './media.ts';
import { checkButtons } from './template-buttons.ts';
import { checkTexts } from './template-texts.ts';

/** Looks a template up by name and language code. */
export type FindTemplate = (name: string, language: string) => Template | undefined;

/** The template that a message names, once its parameters are found to fit. */
export function checkTemplate(template: Fields, find: FindTemplate, findMime: FindMime): Template {
  const name = template.text('name');
  const language = template.object('language').text('code');
  const definition = find(name, language);
  requireUsable(definition, `${name} in ${language}`);

  const sent = template.optionalList('components');
  const typed = sent.map((fields) => ({
    fields,
    type: fields.oneOf('type', ['header', 'body', 'button']),
  }));
  const parametersOf = (type: 'header' | 'body') =>
    typed.find((each) => each.type === type)?.fields.optionalList('parameters') ?? [];

  checkHeader(part(definition, 'HEADER'), parametersOf('header'), definition, findMime);
  checkTexts(part(definition, 'BODY')?.text ?? '', parametersOf('body'), definition, 'body');
  checkButtons(
    part(definition, 'BUTTONS')?.buttons ?? [],
    typed.filter((each) => each.type === 'button').map((each) => each.fields),
  );
  return definition;
}

function requireUsable(
  template: Template | undefined,
  title: string,
): asserts template is Template {
  if (template?.status === 'PAUSED') throw new GraphError(132015, `${title} is paused.`);
  if (template?.status === 'DISABLED') throw new GraphError(132016, `${title} is disabled.`);
  if (template?.status !== 'APPROVED') {
    throw new GraphError(132001, `${title} does not exist or is not approved.`);
  }
}

function part(template: Template, type: TemplateComponent['type']): TemplateComponent | undefined {
  return template.components.find((each) => each.type === type);
}

function checkHeader(
  header: TemplateComponent | undefined,
  parameters: readonly Fields[],
  template: Template,
  findMime: FindMime,
): void {
  if (!header?.format || header.format === 'TEXT') {
    checkTexts(header?.text ?? '', parameters, template, 'header');
    return;
  }
  const wanted = header.format.toLowerCase() as Lowercase<typeof header.format>;
  const [parameter, ...others] = parameters;
  if (!parameter || others.length > 0 || parameter.text('type') !== wanted) {
    throw new GraphError(132012, `header needs exactly one parameter of type ${wanted}.`);
  }
  const value = parameter.object(wanted);
  if (wanted !== 'location') checkMedia(value, wanted, findMime);
}
