import {
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { parseEnv } from 'node:util';
import { linesOf } from '../deploy/parameters.ts';

/**
 * A dotenv file's text with other values. Comments, order, quotes and all other lines stay; what is
 * not there yet comes last. Where a name is set twice, its last line counts, and is changed.
 */
export function withValues(text: string, values: ReadonlyMap<string, number>): string {
  const lines = text.split(/(?<=\n)/);
  const added: { name: string; value: string }[] = [];
  for (const [name, value] of values) {
    const at = lines.findLastIndex((line) => lineOf(name).test(line));
    if (at < 0) added.push({ name, value: String(value) });
    else lines[at] = changed(lines[at] ?? '', name, value);
  }
  const before = lines.join('');
  if (added.length === 0) return before;
  return before + (before === '' || before.endsWith('\n') ? '' : '\n') + linesOf(added);
}

/** `NAME=value`, before it what may stand there, after it a comment and the line's end. */
const lineOf = (name: string): RegExp =>
  new RegExp(
    `^([ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*)("[^"]*"|'[^']*'|[^#\\r\\n]*?)([ \\t]*(?:#.*)?\\r?\\n?)$`,
  );

const changed = (line: string, name: string, value: number): string =>
  line.replace(lineOf(name), (_, before: string, old: string, after: string) => {
    const [quote = ''] = /^["']/.exec(old) ?? [];
    return `${before}${quote}${value}${quote}${after}`;
  });

/** The lines that differ, `-` those of before and `+` those of after; lines only change or are added. */
export function diffOf(before: string, after: string): string[] {
  const [old, changedTo] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  return changedTo.flatMap((line, n) => {
    if (line === old[n]) return [];
    const gone = old[n] === undefined || old[n] === '' ? [] : [`- ${old[n]}`];
    return line === '' ? gone : [...gone, `+ ${line}`];
  });
}

/** What a parameters file sets; nothing where there is none. */
export const readParameters = (file: string): Record<string, string> =>
  existsSync(file) ? (parseEnv(readFileSync(file, 'utf8')) as Record<string, string>) : {};

/**
 * Changes values in a parameters file, which is made if there is none. It is replaced at once, so
 * whoever reads it meanwhile sees all of the old one or all of the new one.
 *
 * @returns the lines that differ; none: nothing was written
 */
export function writeValues(file: string, values: ReadonlyMap<string, number>): string[] {
  const isThere = existsSync(file);
  // A link stays one, and the file behind it keeps its rights: it may hold what others must not read.
  const path = isThere ? realpathSync(file) : file;
  const before = isThere ? readFileSync(path, 'utf8') : '';
  const after = withValues(before, values);
  if (after === before) return [];
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, after, { mode: isThere ? statSync(path).mode : 0o600 });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  return diffOf(before, after);
}
