import type { Proposal } from './types.ts';

/** The proposals for people: what to change first, then what stays, then what is not known. */
export function textOf(proposals: readonly Proposal[]): string {
  const parts = (['change', 'keep', 'missing'] as const).flatMap((verdict) => {
    const own = proposals.filter((proposal) => proposal.verdict === verdict);
    return own.length === 0 ? [] : [`${TITLES[verdict]}\n\n${own.map(blockOf).join('\n')}`];
  });
  return parts.join('\n\n');
}

const TITLES = { change: 'Change:', keep: 'Keep:', missing: 'Not measured:' };
const READ_AT = { deploy: 'a deploy sets it', run: 'instances read it' };

function blockOf({
  parameter,
  readAt,
  present,
  proposed,
  verdict,
  why,
  command,
}: Proposal): string {
  const value = verdict === 'change' ? `${present} → ${proposed}` : String(present);
  return [
    `  ${parameter}  ${value}  (${READ_AT[readAt]})`,
    ...why.map(({ text, file }) => `    ${text}\n      ${file}`),
    ...(command === null ? [] : [`    measure it: ${command}`]),
  ].join('\n');
}
