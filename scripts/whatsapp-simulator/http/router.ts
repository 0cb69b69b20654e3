/** The values of a pattern's `:names`, decoded. */
export type Params = Record<string, string>;

/** A method, a pattern like `/customers/:waId/messages`, and what it leads to. */
export type Route<T> = readonly [method: string, pattern: string, target: T];

/** Compiles a table into a look-up; the first row that fits wins. */
export function router<T>(routes: readonly Route<T>[]) {
  const compiled = routes.map(([method, pattern, target]) => ({
    method,
    target,
    regex: new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`),
  }));

  return (method: string, path: string): { target: T; params: Params } | undefined => {
    for (const route of compiled) {
      if (route.method !== method) continue;
      const found = route.regex.exec(path);
      if (found) return { target: route.target, params: decode(found.groups ?? {}) };
    }
    return undefined;
  };
}

function decode(groups: Params): Params {
  return Object.fromEntries(
    Object.entries(groups).map(([name, value]) => [name, safeDecode(value)]),
  );
}

function safeDecode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
