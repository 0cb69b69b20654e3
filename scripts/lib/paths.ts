import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything that local runs leave behind; may be deleted at any time. */
export const STATE = join(ROOT, '.recado');

/** A program of the project's dependencies. */
export const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);
