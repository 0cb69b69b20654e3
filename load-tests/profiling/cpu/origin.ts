import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import { ROOT } from '../../../scripts/lib/paths.ts';

/** What V8 tells of a frame; lines count from 0, and -1 is none. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
}

/** Whose code a frame is, and how it is shown. */
export interface Origin {
  /** `recado`, a package, `node`, `native` (its C++), `engine` (compiling …), `gc`, `idle`, `other`. */
  owner: string;
  name: string;
  /** File and line; empty where there is none. */
  at: string;
}

const ENGINE: Record<string, string> = {
  '(garbage collector)': 'gc',
  '(idle)': 'idle',
  '(program)': 'engine',
  '(root)': 'engine',
};
/** The last package on the path: that is where the file is, whoever brought it along. */
const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/;

/** Tells whose a frame is. Pure but for the project's path. */
export function originOf({ functionName, url, lineNumber }: CallFrame, root = ROOT): Origin {
  const name = functionName || '(anonymous)';
  const line = lineNumber >= 0 ? `:${lineNumber + 1}` : '';
  const path = pathOf(url);
  if (path === '') return { owner: ENGINE[name] ?? 'native', name, at: '' };
  if (path.startsWith('node:')) return { owner: 'node', name, at: `${path}${line}` };
  const [, owner, rest] = PACKAGE.exec(path) ?? [];
  if (owner !== undefined) return { owner, name, at: `${owner}/${rest}${line}` };
  const own = relative(root, path);
  if (own.startsWith('..') || !path.startsWith('/'))
    return { owner: 'other', name, at: path + line };
  return { owner: 'recado', name, at: `${own}${line}` };
}

function pathOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
