import type { Template } from '../../types.ts';
import { GraphError } from '../errors.ts';
import { lengthOf } from './fields.ts';
import type { Fields } from './fields.ts';

/** Longest text of a part after the parameters were put in, in characters. */
const MAX_FILLED = { header: 60, body: 1024 };

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/** The distinct names (or numbers) of a text's `{{…}}`, in order of appearance. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''))];
}

/** The text parameters of a header or body, against the placeholders of its text. */
export function checkTexts(
  text: string,
  parameters: readonly Fields[],
  template: Template,
  part: 'header' | 'body',
): void {
  const wanted = placeholders(text);
  if (parameters.length !== wanted.length) {
    throw new GraphError(
      132000,
      `${part}: ${parameters.length} parameters were given, ${wanted.length} are expected.`,
    );
  }
  const values = parameters.map(valueOf);
  if (template.parameter_format === 'NAMED') checkNames(wanted, parameters, part);

  const filled = lengthOf(text.replace(PLACEHOLDER, '') + values.join(''));
  if (filled > MAX_FILLED[part]) {
    throw new GraphError(132005, `${part}: the text with its parameters is too long (${filled}).`);
  }
}

function valueOf(parameter: Fields): string {
  const type = parameter.text('type');
  if (type === 'text') return parameter.text('text');
  if (type === 'currency' || type === 'date_time') {
    return parameter.object(type).text('fallback_value');
  }
  throw new GraphError(132012, `${parameter.path} must be a text, but is of type ${type}.`);
}

function checkNames(wanted: readonly string[], parameters: readonly Fields[], part: string): void {
  const given = new Set(parameters.map((each) => each.optionalText('parameter_name')));
  const missing = wanted.find((name) => !given.has(name));
  if (missing) throw new GraphError(132012, `${part}: no parameter is named ${missing}.`);
}
