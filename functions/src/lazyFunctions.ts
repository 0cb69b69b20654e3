/** Loads one function's module and gives the function. */
type Load = () => unknown;
type Table = { [name: string]: Load | { [name: string]: Load } };

/**
 * Gives the functions of a table: only the one that FUNCTION_TARGET names (`messages.send`), or
 * all of them when it names none, so that an instance does not pay for what it does not run.
 */
export function lazyFunctions(table: Table): Record<string, unknown> {
  const target = process.env['FUNCTION_TARGET'];
  const [group = '', name] = target?.split('.') ?? [];
  const found = table[group];
  if (typeof found === 'function') return { [group]: found() };
  const load = found && name !== undefined ? found[name] : undefined;
  if (load && name !== undefined) return { [group]: { [name]: load() } };

  return Object.fromEntries(
    Object.entries(table).map(([key, entry]) => [
      key,
      typeof entry === 'function' ? entry() : all(entry),
    ]),
  );
}

const all = (group: { [name: string]: Load }): Record<string, unknown> =>
  Object.fromEntries(Object.entries(group).map(([name, load]) => [name, load()]));
