/** What the body of a request may hold, and what is wrong with it. */
export class BadRequest extends Error {}

/** These need a connection of their own, which HTTP has not; Upstash refuses them too. */
const REFUSED = new Set(
  (
    'AUTH HELLO SELECT QUIT RESET CLIENT MULTI EXEC DISCARD WATCH UNWATCH MONITOR SYNC PSYNC ' +
    'SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE ' +
    'BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF SHUTDOWN DEBUG'
  ).split(' '),
);

/** A command of a request's JSON: a list of its words, of which numbers are words too. */
export function commandOf(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new BadRequest('ERR a command has to be a list with a name and its arguments');
  }
  const command = value.map(wordOf);
  const name = command[0]?.toUpperCase() ?? '';
  if (REFUSED.has(name)) throw new BadRequest(`ERR Command is not available: '${name}'`);
  return command;
}

/** The commands of a pipeline or transaction. */
export function commandsOf(value: unknown): string[][] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new BadRequest('ERR a pipeline has to be a list of commands');
  }
  return value.map(commandOf);
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : JSON.stringify(value);
}

/** A command that is written as a path: `/set/key/value?EX=100`; a body is its last argument. */
export function commandOfPath(url: URL, body: string): string[] {
  const words = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const options = [...url.searchParams].filter(([name]) => name !== '_token').flat();
  return commandOf([...words, ...(body === '' ? [] : [body]), ...options].filter((w) => w !== ''));
}
