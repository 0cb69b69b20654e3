import { write, type LogEntry, type LogSeverity } from 'firebase-functions/logger';
import { functionTarget, logLevel, revision } from '../params';
import { maskText, maskValue } from '../shared/mask';

/** What may be logged beside a message: ids, codes, counts. Never names, numbers or texts. */
type Fields = Record<string, unknown>;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

const SEVERITY: Record<Level, LogSeverity> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};

/** With this type, Error Reporting takes the entry up and groups it by its stack. */
const REPORTED_ERROR =
  'type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent';

let least: number | undefined;

/** Whether a level is logged; to be asked before a line's fields cost anything. */
export const logs = (level: Level): boolean =>
  LEVELS.indexOf(level) >= (least ??= LEVELS.indexOf(logLevel()));

function at(level: Level) {
  const logAt = (message: string, fields: Fields = {}): void => {
    if (logs(level)) write(entryOf(level, message, fields, logAt));
  };
  return logAt;
}

/**
 * Structured logs, a line each; the level is the parameter LOG_LEVEL. A line names its function; the
 * request's trace is added by the library. Personal data is masked here.
 *
 * @see https://cloud.google.com/error-reporting/docs/formatting-error-messages
 */
export const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };

function entryOf(
  level: Level,
  message: string,
  fields: Fields,
  caller: (...args: never[]) => unknown,
): LogEntry {
  const service = functionTarget() ?? 'local';
  const entry: LogEntry = {
    severity: SEVERITY[level],
    message: maskText(message),
    function: service,
  };
  let stack: string | undefined;
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Error) {
      stack ??= stackOf(value);
      entry[key] = { name: value.name, message: maskText(value.message), ...codeOf(value) };
      if (level !== 'error') (entry[key] as Fields)['stack'] = stackOf(value);
    } else {
      entry[key] = maskValue(value, key);
    }
  }
  if (level !== 'error') return entry;
  return Object.assign(entry, {
    '@type': REPORTED_ERROR,
    stack_trace: stack ?? stackHere(message, caller),
    serviceContext: { service, version: revision() },
  });
}

const codeOf = (error: Error): Fields => {
  const { code } = error as { code?: unknown };
  return code === undefined ? {} : { code };
};

/** The stack with those of its causes, as Error Reporting reads them. */
function stackOf(error: Error): string {
  const own = maskText(error.stack ?? `${error.name}: ${error.message}`);
  return error.cause instanceof Error ? `${own}\nCaused by: ${stackOf(error.cause)}` : own;
}

/** Where it was logged, for what is no exception: lines of one place are one group. */
function stackHere(message: string, caller: (...args: never[]) => unknown): string {
  const here = new Error(maskText(message));
  Error.captureStackTrace(here, caller);
  return here.stack ?? message;
}
