import type { Entry } from '../bench/types.ts';
import type { Result as LoadResult } from '../../load-tests/outcome/result.ts';
import type { Candidate, Guard, Of, Results, Sweep } from './types.ts';

const MACHINE = { cores: 4, cpu: 'test', memoryGiB: 16, node: 'v24', platform: 'linux x64' };

export const candidate = (
  value: number,
  runs: number[],
  more: Partial<Candidate> = {},
): Candidate => ({ value, runs, guards: [], ...more });

export const atMost = (value: number, limit: number): Guard => ({
  ...{ name: 'p99', unit: 'ms', value, atMost: limit },
});

export const sweepOf = (
  parameter: string,
  candidates: Candidate[],
  more: Partial<Sweep> = {},
): Of<Sweep> => ({
  ...{ file: `${parameter}.json`, at: 1 },
  data: {
    ...{ at: 1, machine: MACHINE, parameter, candidates },
    ...{ figure: 'an instance takes', unit: 'messages/s', better: 'higher', ...more },
  },
});

interface Used {
  count?: number;
  rssMb?: number;
  cpuPercent?: number;
  eventLoopDelayMs?: number;
  p95?: number;
}

/** What a load test says of functions; what is left out is harmless. */
export function loadOf(
  functions: Record<string, Used>,
  {
    form = 'full',
    isSound = true,
    at = 1,
    file = 'load.json',
  }: { form?: LoadResult['form']; isSound?: boolean; at?: number; file?: string } = {},
): Of<LoadResult> {
  const data = {
    ...{ at, profile: 'load', form },
    correctness: [{ name: 'messages stored', expected: '1', actual: '0', ok: isSound }],
    telemetry: {
      functions: Object.fromEntries(
        Object.entries(functions).map(
          ([name, { rssMb = 0, cpuPercent = 0, eventLoopDelayMs = 0 }]) => [
            name,
            { rssMb, cpuPercent, eventLoopDelayMs, heapMb: 0 },
          ],
        ),
      ),
      requests: Object.fromEntries(
        Object.entries(functions).map(([name, { count = 1_000, p95 = 10 }]) => [
          name,
          { p50: 1, p95, p99: p95, count },
        ]),
      ),
    },
  };
  return { file, at, data: data as unknown as LoadResult };
}

export const benchOf = (
  name: string,
  value: number,
  isMet: boolean,
): Results['benches'][number] => ({
  ...{ file: 'bench.json', at: 1 },
  data: {
    entries: [{ name, unit: '%', value, goals: [{ text: '≥ 95', isMet }] } as Entry],
  },
});
