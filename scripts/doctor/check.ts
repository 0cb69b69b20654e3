/** What a check found. */
export type Finding =
  | { state: 'ok'; detail: string }
  /** Needed, and not there: `mend` is the command, or the place, that helps. */
  | { state: 'missing'; detail: string; mend: string }
  /** Not needed, not there; or it could not be looked at. */
  | { state: 'skipped'; detail: string; mend?: string };

export interface Check {
  name: string;
  /** The checks without which this one makes no sense. */
  needs?: string[];
  run: () => Promise<Finding> | Finding;
}

export interface Result {
  name: string;
  finding: Finding;
}

export const ok = (detail: string): Finding => ({ state: 'ok', detail });
export const missing = (detail: string, mend: string): Finding => ({
  state: 'missing',
  detail,
  mend,
});
export const skipped = (detail: string, mend?: string): Finding => ({
  state: 'skipped',
  detail,
  ...(mend === undefined ? {} : { mend }),
});

/**
 * Runs checks one after the other and tells of each when it is done. One that fails is a finding
 * too, and those that need what is missing are left out.
 */
export async function runChecks(
  checks: Check[],
  tell: (result: Result) => void = () => undefined,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name, needs = [], run } of checks) {
    const lacking = results.find(
      (each) => needs.includes(each.name) && each.finding.state !== 'ok',
    );
    const finding = lacking ? skipped(`needs: ${lacking.name}`) : await attempt(run);
    results.push({ name, finding });
    tell({ name, finding });
  }
  return results;
}

async function attempt(run: Check['run']): Promise<Finding> {
  try {
    return await run();
  } catch (error) {
    return missing(
      `could not be checked: ${(error as Error).message}`,
      'Mend that, then try again.',
    );
  }
}

/** Whether nothing is missing that is needed. */
export const isHealthy = (results: Result[]): boolean =>
  results.every(({ finding }) => finding.state !== 'missing');
