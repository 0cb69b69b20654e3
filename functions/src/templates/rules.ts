import { z } from 'zod';
import type { Template, TemplateContent } from './schema';

/** A template's document id. */
export const templateIdOf = (name: string, language: string): string => `${name}_${language}`;

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/** The names of a text's placeholders, each once, in their order. */
export const placeholders = (text: string): string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] as string)),
];

const component = z.object({
  type: z.string(),
  format: z.string().optional(),
  text: z.string().optional(),
  buttons: z.array(z.object({ type: z.string(), url: z.string().optional() })).optional(),
});

/** A template as the Graph API lists it. */
export const metaTemplate = z.object({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  language: z.string().regex(/^[A-Za-z_]{2,10}$/),
  status: z.string(),
  category: z.string(),
  components: z.array(component).default([]),
});

/** What is kept of a template that Meta listed. */
export function toTemplate(meta: z.output<typeof metaTemplate>, updatedAt: number): Template {
  const part = (type: string) => meta.components.find((c) => c.type.toUpperCase() === type);
  const header = part('HEADER');
  return {
    name: meta.name,
    language: meta.language,
    status: meta.status,
    category: meta.category,
    headerFormat: header ? (header.format ?? 'TEXT').toUpperCase() : null,
    headerParams: placeholders(header?.text ?? ''),
    bodyParams: placeholders(part('BODY')?.text ?? ''),
    buttons: (part('BUTTONS')?.buttons ?? []).map(({ type, url }) => ({
      type: type.toUpperCase(),
      params: buttonParams(type.toUpperCase(), url),
    })),
    reason: null,
    updatedAt,
  };
}

/** Quick replies may have a payload, so they demand none; a code has to be given. */
function buttonParams(type: string, url: string | undefined): number {
  if (type === 'COPY_CODE') return 1;
  return type === 'URL' ? placeholders(url ?? '').length : 0;
}

/** What is wrong with a template message, in words for whoever sends it; null: nothing. */
export function templateProblem(
  template: Template | undefined,
  content: TemplateContent,
): { reason: string; hint: string } | null {
  const called = `"${content.name}" in ${content.language.code}`;
  if (!template) {
    return {
      reason: 'unknown-template',
      hint: `There is no template ${called}. Run templates-sync after creating it at Meta.`,
    };
  }
  if (template.status !== 'APPROVED') {
    return {
      reason: 'template-not-approved',
      hint: `The template ${called} is ${template.status}${template.reason ? ` (${template.reason})` : ''}.`,
    };
  }
  const wrong = (hint: string) => ({ reason: 'template-parameters', hint });

  const body = content.components?.find(({ type }) => type === 'body')?.parameters ?? [];
  if (body.length !== template.bodyParams.length) {
    return wrong(`The body takes ${template.bodyParams.length} parameters, not ${body.length}.`);
  }
  const isNamed = template.bodyParams.some((name) => !/^\d+$/.test(name));
  if (isNamed) {
    const given = body.map(({ parameter_name }) => parameter_name);
    const missing = template.bodyParams.filter((name) => !given.includes(name));
    if (missing.length > 0) {
      return wrong(`The body's parameters go by name; missing: ${missing.join(', ')}.`);
    }
  }
  const header = content.components?.find(({ type }) => type === 'header')?.parameters ?? [];
  const isMedia = template.headerFormat !== null && template.headerFormat !== 'TEXT';
  const headerParams = isMedia ? 1 : template.headerParams.length;
  if (header.length !== headerParams) {
    return wrong(`The header takes ${headerParams} parameters, not ${header.length}.`);
  }
  if (isMedia && header[0]?.type.toUpperCase() !== template.headerFormat) {
    return wrong(`The header takes a parameter of type ${template.headerFormat?.toLowerCase()}.`);
  }
  for (const [index, button] of template.buttons.entries()) {
    const given = content.components?.find(
      (c) => c.type === 'button' && String(c.index ?? 0) === String(index),
    );
    if ((given?.parameters.length ?? 0) < button.params) {
      return wrong(`Button ${index} takes ${button.params} parameters.`);
    }
  }
  return null;
}

/** Whether a wish for no more offers forbids the template. */
export const isMarketing = (template: Template | undefined): boolean =>
  template?.category === 'MARKETING';
