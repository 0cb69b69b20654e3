import type { Template } from '../templates/schema';
import { template } from '../templates/read';
import { AppError } from '../shared/errors';
import type { Campaign, Variant } from './schema';

/** The stored template of a variant; `undefined` where there is none. */
export const templateOf = (
  { template: { name, language } }: Variant,
  fresh = false,
): Promise<Template | undefined> => template({ name, language: { code: language } }, fresh);

/** What is stored of the templates of a campaign's variants; `undefined` where there is none. */
export const storedTemplates = (
  { variants }: Pick<Campaign, 'variants'>,
  fresh = false,
): Promise<(Template | undefined)[]> =>
  // eslint-disable-next-line recado/no-firestore-in-loops -- two at most, and kept for a minute
  Promise.all(variants.map((variant) => templateOf(variant, fresh)));

/** The templates of a campaign's variants, which all have to be there. */
export async function templatesOf(campaign: Pick<Campaign, 'variants'>): Promise<Template[]> {
  const { variants } = campaign;
  return (await storedTemplates(campaign)).map((stored, index) => {
    if (stored) return stored;
    const { name, language } = (variants[index] as Variant).template;
    throw new AppError('failed-precondition', `There is no template "${name}" in ${language}.`, {
      details: { reason: 'unknown-template', hint: 'Run templates-sync.' },
    });
  });
}
