import type { Template } from '../types.ts';
import { SEED_TEMPLATES } from './seeds.ts';

/** The account's templates, in the order in which they were made. */
export class Templates {
  readonly #byKey = new Map(SEED_TEMPLATES.map((each) => [key(each.name, each.language), each]));

  find(name: string, language: string): Template | undefined {
    return this.#byKey.get(key(name, language));
  }

  put(template: Template): void {
    this.#byKey.set(key(template.name, template.language), template);
  }

  list(): Template[] {
    return [...this.#byKey.values()];
  }
}

function key(name: string, language: string): string {
  return `${name}/${language}`;
}
