import { describeIndex } from '../indexes/describe.ts';
import type { CompositeIndex } from '../indexes/types.ts';
import { UserError } from '../lib/fail.ts';
import { notServing, type IndexState } from './indexStates.ts';

interface Options {
  declared: CompositeIndex[];
  /** The states as they are now. */
  look: () => Promise<Map<string, IndexState>>;
  say: (line: string) => void;
  pollMs: number;
  timeoutMs: number;
  sleep: (ms: number) => Promise<void>;
}

/** Returns when every declared index serves queries. */
export async function waitForIndexes(options: Options): Promise<void> {
  const { declared, look, say, pollMs, timeoutMs, sleep } = options;
  let said = -1;
  for (let waited = 0; ; waited += pollMs) {
    const lacking = notServing(declared, await look());
    if (lacking.length === 0) {
      say(`All ${declared.length} indexes serve.`);
      return;
    }
    const broken = lacking.filter(({ state }) => state === 'NEEDS_REPAIR');
    if (broken.length > 0) {
      throw new UserError(
        `These indexes could not be built:\n${listOf(broken)}\nDelete them in the Firebase ` +
          'console and deploy again. The functions were not touched.',
      );
    }
    if (waited >= timeoutMs) {
      throw new UserError(
        `These indexes do not serve yet:\n${listOf(lacking)}\nThey go on being built; run the ` +
          'deploy again later, it goes on from here. The functions were not touched.',
      );
    }
    if (lacking.length !== said) {
      said = lacking.length;
      say(`${lacking.length} of ${declared.length} indexes are being built:\n${listOf(lacking)}`);
    }
    await sleep(pollMs);
  }
}

const listOf = (lacking: ReturnType<typeof notServing>): string =>
  lacking.map(({ index, state }) => `  ${state}: ${describeIndex(index)}`).join('\n');
