import { createHash } from 'node:crypto';

/** The flags that a Redis of version 7 knows; it refuses a script that has another. */
const KNOWN = new Set([
  'no-writes',
  'allow-oom',
  'allow-stale',
  'no-cluster',
  'allow-cross-slot-keys',
]);

/** A script without the flags that only Upstash knows, such as `allow-key-locking`. */
export function withoutForeignFlags(script: string): string {
  return script.replace(/^#!lua[^\n]*/, (line) => {
    const flags = /\bflags=([\w,-]*)/.exec(line)?.[1]?.split(',') ?? [];
    const kept = flags.filter((flag) => KNOWN.has(flag));
    return kept.length > 0 ? `#!lua flags=${kept.join(',')}` : '#!lua';
  });
}

const shaOf = (script: string): string => createHash('sha1').update(script).digest('hex');

/**
 * Has Redis run scripts that were written for Upstash. What is changed in a script changes the name
 * by which it is called again, so names are translated, both ways.
 */
export class Scripts {
  /** The name of a script as Redis has it, by the name that its caller knows. */
  readonly #names = new Map<string, string>();

  /** The command as Redis has to get it. */
  translate(command: readonly string[]): string[] {
    const [name = '', ...args] = command;
    switch (name.toUpperCase()) {
      case 'EVAL':
      case 'EVAL_RO':
        return [name, this.#learn(args[0] ?? ''), ...args.slice(1)];
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return [name, this.#nameOf(args[0] ?? ''), ...args.slice(1)];
      case 'SCRIPT':
        return [name, ...this.#scriptArgs(args)];
      default:
        return [...command];
    }
  }

  /** What `SCRIPT LOAD` has to answer: the name that its caller expects. */
  loadedName(command: readonly string[]): string | undefined {
    const [name, verb, script] = command;
    const isLoad = name?.toUpperCase() === 'SCRIPT' && verb?.toUpperCase() === 'LOAD';
    return isLoad && script !== undefined ? shaOf(script) : undefined;
  }

  #scriptArgs([verb = '', ...rest]: string[]): string[] {
    if (verb.toUpperCase() === 'LOAD') return [verb, ...rest.map((script) => this.#learn(script))];
    return [verb, ...rest.map((name) => this.#nameOf(name))];
  }

  #learn(script: string): string {
    const changed = withoutForeignFlags(script);
    if (changed !== script) this.#names.set(shaOf(script), shaOf(changed));
    return changed;
  }

  #nameOf(sha: string): string {
    return this.#names.get(sha.toLowerCase()) ?? sha;
  }
}
