import { templateIdOf } from './rules';
import type { Template, TemplateContent } from './schema';
import { forgetTemplate, templateSnapshot } from './store';

/** A template as it was at most a minute ago, or now if `fresh`. */
export async function template(
  { name, language }: TemplateContent,
  fresh = false,
): Promise<Template | undefined> {
  const id = templateIdOf(name, language.code);
  if (fresh) forgetTemplate(id);
  return (await templateSnapshot(id)).data;
}
