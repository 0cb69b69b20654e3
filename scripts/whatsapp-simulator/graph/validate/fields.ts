import { GraphError } from '../errors.ts';

/**
 * A JSON object under validation. Every reader checks one field and throws what Meta answers:
 * 131008 when it is missing, 131009 when its value is not allowed.
 */
export class Fields {
  readonly path: string;
  readonly #fields: Record<string, unknown>;

  constructor(value: unknown, path = '') {
    if (!isObject(value)) throw new GraphError(131009, `${path || 'The body'} must be an object.`);
    this.#fields = value;
    this.path = path;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  isEmptyText(name: string): boolean {
    return this.#fields[name] === '';
  }

  /** A text that is neither missing nor empty; `max` in characters. */
  text(name: string, max = Infinity): string {
    const value = this.#required(name);
    if (typeof value !== 'string') throw this.invalid(name, 'must be a string');
    if (value === '') throw this.#missing(name);
    // Counting characters is only worth it for texts that may be too long.
    if (value.length > max && lengthOf(value) > max) {
      throw this.invalid(name, `must be at most ${max} characters long`);
    }
    return value;
  }

  optionalText(name: string, max?: number): string | undefined {
    if (!this.has(name) || this.isEmptyText(name)) return undefined;
    return this.text(name, max);
  }

  number(name: string, min: number, max: number): number {
    const value = Number(this.#required(name));
    if (!(value >= min && value <= max)) {
      throw this.invalid(name, `must be a number from ${min} to ${max}`);
    }
    return value;
  }

  /** An http(s) address. */
  url(name: string): string {
    const value = this.text(name);
    if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
      throw this.invalid(name, 'must be an http or https address');
    }
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.text(name);
    const found = allowed.find((each) => each === value);
    if (!found) throw this.invalid(name, `must be one of ${allowed.join(', ')}`);
    return found;
  }

  object(name: string): Fields {
    return new Fields(this.#required(name), this.#pathOf(name));
  }

  optionalObject(name: string): Fields | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  /** A list of objects. */
  list(name: string, { min = 1, max = Infinity } = {}): Fields[] {
    const value = this.#required(name);
    if (!Array.isArray(value)) throw this.invalid(name, 'must be a list');
    if (value.length < min) throw this.#missing(name);
    if (value.length > max) throw this.invalid(name, `must have at most ${max} items`);
    return value.map((each, index) => new Fields(each, `${this.#pathOf(name)}[${index}]`));
  }

  optionalList(name: string): Fields[] {
    return this.has(name) ? this.list(name, { min: 0 }) : [];
  }

  /** The error for a field whose value breaks a rule of its own. */
  invalid(name: string, rule: string): GraphError {
    return new GraphError(131009, `${this.#pathOf(name)} ${rule}.`);
  }

  #required(name: string): unknown {
    if (!this.has(name)) throw this.#missing(name);
    return this.#fields[name];
  }

  #missing(name: string): GraphError {
    return new GraphError(131008, `${this.#pathOf(name)} is required.`);
  }

  #pathOf(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }
}

/** Length in characters, not in UTF-16 units. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
