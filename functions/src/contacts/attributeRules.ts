import { booleanFromCell } from './columns';
import type { AttributeDefinition, AttributeValue } from './schema';

/** Those that the product itself asks for; they need no definition. */
export const BUILT_IN: Readonly<Record<string, AttributeDefinition>> = {
  language: { type: 'text', label: 'Language' },
  timeZone: { type: 'text', label: 'Time zone' },
};

const MAX_TEXT = 500;

/** What is wrong with a value of an attribute, as a sentence that goes on after its name; or null. */
export function valueProblem(
  definition: AttributeDefinition,
  value: AttributeValue,
): string | null {
  switch (definition.type) {
    case 'text':
      return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT
        ? null
        : `takes a text of 1–${MAX_TEXT} characters`;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? null : 'takes a number';
    case 'boolean':
      return typeof value === 'boolean' ? null : 'takes true or false';
    case 'date':
      return typeof value === 'string' && isDay(value) ? null : 'takes a day like "2026-11-23"';
    case 'choice':
      return typeof value === 'string' && definition.choices?.includes(value)
        ? null
        : `takes one of: ${definition.choices?.join(', ')}`;
  }
}

/** Whether a text is a day of the calendar. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A value as it is written into a file. */
export const valueToText = (value: AttributeValue): string => String(value);

/** The value that a text of a file stands for, by the attribute's type; null: none that it takes. */
export function valueFromText(
  definition: AttributeDefinition,
  text: string,
): AttributeValue | null {
  const value = parsed(definition, text);
  return value !== null && valueProblem(definition, value) === null ? value : null;
}

function parsed({ type }: AttributeDefinition, text: string): AttributeValue | null {
  if (type === 'number') return text.trim() === '' ? null : Number(text.trim().replace(',', '.'));
  if (type === 'boolean') return booleanFromCell(text);
  return type === 'text' ? text : text.trim();
}
