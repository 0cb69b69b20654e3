/** One expression of the rules and what it came to, as the Firestore emulator reports it. */
export interface Expression {
  sourcePosition: { line: number; column: number; currentOffset: number; endOffset: number };
  /** `value` is empty where an earlier operand made the expression superfluous. */
  values?: { value: { boolValue?: boolean; undefined?: object } & object; count: number }[];
  children?: Expression[];
}

export interface CoverageReport {
  rules: { files: { content: string }[] };
  report: Expression[];
}

/** The report on all requests that this project has had. */
export async function readCoverage(projectId: string): Promise<CoverageReport> {
  const host = process.env['FIRESTORE_EMULATOR_HOST'];
  const response = await fetch(`http://${host}/emulator/v1/projects/${projectId}:ruleCoverage`);
  return (await response.json()) as CoverageReport;
}

/**
 * The expressions that the requests left untried: those that never came to a value, and conditions
 * that only ever came to one of true and false.
 */
export function untried({ rules, report }: CoverageReport): string[] {
  const text = rules.files[0]?.content ?? '';
  return report.flatMap((expression) => untriedIn(expression, text));
}

function untriedIn(expression: Expression, text: string): string[] {
  const lack = lackOf(expression);
  const { line, column, currentOffset, endOffset } = expression.sourcePosition;
  const snippet = text.slice(currentOffset, endOffset + 1).replace(/\s+/g, ' ');
  return [
    ...(lack ? [`${line}:${column} ${lack}: ${snippet}`] : []),
    ...(expression.children ?? []).flatMap((child) => untriedIn(child, text)),
  ];
}

function lackOf({ values = [] }: Expression): string | undefined {
  // An error ("undefined") denies, but says nothing about the expression's value.
  const outcomes = values
    .map(({ value }) => value)
    .filter((value) => Object.keys(value).length > 0 && !('undefined' in value));
  if (outcomes.length === 0) return 'never evaluated';
  const booleans = new Set(outcomes.map(({ boolValue }) => boolValue));
  if (booleans.has(undefined)) return undefined;
  if (!booleans.has(true)) return 'never true';
  return booleans.has(false) ? undefined : 'never false';
}
