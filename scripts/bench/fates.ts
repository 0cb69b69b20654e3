/** What became of the recipients after kills, and what the sender knows of it. */
export interface Fates {
  /** Got it more than once. */
  doubled: number;
  /** Did not get it, and nothing says so. */
  lost: number;
  /** May not have got it, and are shown as such. */
  inDoubt: number;
}

const SHOWN_AS_OPEN = new Set(['unknown', 'failed']);

/** @param ran copies that WhatsApp accepted, and what the sender shows, by recipient */
export function fatesOf({
  seen,
  outcomes,
}: {
  seen: { byRecipient: ReadonlyMap<string, number> };
  outcomes: ReadonlyMap<string, string>;
}): Fates {
  const fates: Fates = { doubled: 0, lost: 0, inDoubt: 0 };
  for (const [recipient, outcome] of outcomes) {
    const copies = seen.byRecipient.get(recipient) ?? 0;
    if (copies > 1) fates.doubled++;
    if (SHOWN_AS_OPEN.has(outcome)) fates.inDoubt++;
    else if (copies === 0) fates.lost++;
  }
  return fates;
}
