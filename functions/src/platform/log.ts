import { debug, error, info, warn } from 'firebase-functions/logger';
import { logLevel } from '../params';

/** What may be logged beside a message: ids, codes, counts. Never names, numbers or texts. */
type Fields = Record<string, unknown>;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

const write = { debug, info, warn, error };

function at(level: Level) {
  return (message: string, fields: Fields = {}): void => {
    if (LEVELS.indexOf(level) >= LEVELS.indexOf(logLevel())) write[level](message, flat(fields));
  };
}

/** Errors as plain data, because JSON would drop their message and stack. */
function flat(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error
        ? { name: value.name, message: value.message, stack: value.stack }
        : value,
    ]),
  );
}

/** Structured logs; the level is the parameter LOG_LEVEL. */
export const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
