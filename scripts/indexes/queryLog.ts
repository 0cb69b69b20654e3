import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SentQuery, StructuredQuery } from './types.ts';

/** The logs that local stacks leave in a folder: `queries-NAME.jsonl`. */
export const logsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^queries-.*\.jsonl$/.test(name))
        .sort()
        .map((name) => join(folder, name))
    : [];

/** What the log has of an aggregation: the query alone, or with what is computed over it. */
interface Aggregation {
  structuredQuery: StructuredQuery;
  aggregations?: Partial<Record<'sum' | 'avg', { field: { fieldPath: string } }>>[];
}

/**
 * Calls `onQuery` for each query of the logs; gives how many lines could not be read. A process
 * that was killed leaves half a line.
 */
export async function readLogs(
  files: string[],
  onQuery: (query: SentQuery) => void,
): Promise<number> {
  let unreadable = 0;
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const query = parseLine(line);
      if (query) onQuery(query);
      else if (line.trim() !== '') unreadable++;
    }
  }
  return unreadable;
}

/** A line of a log; `undefined` if it is none. */
export function parseLine(line: string): SentQuery | undefined {
  let parsed: Partial<StructuredQuery & Aggregation> | null;
  try {
    parsed = JSON.parse(line) as typeof parsed;
  } catch {
    return undefined;
  }
  if (parsed?.structuredQuery) {
    const { structuredQuery, aggregations = [] } = parsed;
    const fields = aggregations.flatMap(({ sum, avg }) => sum?.field ?? avg?.field ?? []);
    return { query: structuredQuery, aggregated: fields.map(({ fieldPath }) => fieldPath) };
  }
  return parsed?.from ? { query: parsed, aggregated: [] } : undefined;
}
