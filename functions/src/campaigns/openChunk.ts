import { inDoubtGraceMs } from '../params';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { absent } from '../platform/firestore';
import { newId } from '../shared/ids';
import { factsOfRecipient, outboxFields } from './facts';
import { countsOf, doubtsDueAt, isSendable, nextDueAt } from './rules';
import type { Chunk, Recipient } from './schema';
import { readChunk, updateChunk, type Found } from './store';

/** What is to be written of recipients; null: the field goes. */
export type Changes = Map<
  string,
  Partial<Record<keyof Recipient, Recipient[keyof Recipient] | null>>
>;

/** A chunk that this run works on. */
export interface OpenChunk {
  chunk: Chunk;
  /** Records changes and claims recipients; gives the claimed, none when another run has the chunk. */
  write(
    changes: Changes,
    claims: readonly string[],
    next: Next,
  ): Promise<readonly string[] | undefined>;
}

/** What comes after a write. */
interface Next {
  /** This run works on, so nobody else has to look at the chunk. */
  goesOn: boolean;
  /** Else, nobody has to before this time. */
  notBefore: number;
}

const MAX_CONFLICTS = 10;

/** Takes up a chunk as it was read; the first write shows whether it still is. */
export function openChunk({ id, data, version: from }: Found<Chunk>, leaseMs: number): OpenChunk {
  let version = from;
  let lastBatchId = data.batchId;
  const run: OpenChunk = {
    chunk: structuredClone(data),
    async write(changes, claims, { goesOn, notBefore }) {
      let claimed = claims;
      // eslint-disable-next-line recado/no-firestore-in-loops -- tried again on what the last try found
      for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
        const batchId = newId();
        const at = now();
        const next = applied(run.chunk, changes, claimed, at);
        const outbox = outboxFields(
          run.chunk,
          next.recipients,
          [...changes.keys()],
          factsOfRecipient,
        );
        const later = nextDueAt(next.recipients, inDoubtGraceMs());
        const left = later === undefined ? undefined : Math.max(later, notBefore);
        const due = goesOn ? at + leaseMs : left;
        if (changes.size === 0 && claimed.length === 0 && !goesOn && due === run.chunk.dueAt)
          return [];
        try {
          version = await commit([
            updateChunk(
              data.campaignId,
              id,
              {
                ...fieldsOf(changes, claimed, at),
                counts: countsOf(next.recipients),
                dueAt: due ?? absent(),
                doubtsDueAt: doubtsDueAt(next.recipients, inDoubtGraceMs()) ?? absent(),
                ...(claimed.length > 0 ? { sentAt: at } : {}),
                ...outbox,
                batchId,
              },
              version,
            ),
          ]);
          run.chunk = { ...next, ...outbox };
          lastBatchId = batchId;
          return claimed;
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
        const stored = await readChunk(data.campaignId, id);
        if (!stored.data) return undefined;
        version = stored.version;
        if (stored.data.batchId === batchId) {
          run.chunk = stored.data;
          lastBatchId = batchId;
          return claimed;
        }
        const isOurs = stored.data.batchId === lastBatchId;
        run.chunk = structuredClone(stored.data);
        changes = stillThere(changes, run.chunk);
        // Another run has taken over: only what was really sent is still to be recorded.
        if (!isOurs) {
          changes = stillOurs(changes, stored.data);
          claimed = [];
          goesOn = false;
          if (changes.size === 0) return undefined;
        } else {
          claimed = claimed.filter((member) => {
            const recipient = run.chunk.recipients[member];
            return recipient !== undefined && isSendable(recipient, at);
          });
        }
      }
      throw new Error(`${data.campaignId}/${id} changes faster than it can be written`);
    },
  };
  return run;
}

/** The changes of recipients who were not erased meanwhile. */
const stillThere = (changes: Changes, { recipients }: Chunk): Changes =>
  new Map([...changes].filter(([id]) => recipients[id] !== undefined));

/** The changes of recipients that nobody else has decided about. */
const stillOurs = (changes: Changes, stored: Chunk): Changes =>
  new Map([...changes].filter(([id]) => stored.recipients[id]?.state === 'claimed'));

/** The chunk as it is once the changes are written. */
function applied(chunk: Chunk, changes: Changes, claims: readonly string[], at: number): Chunk {
  const recipients = { ...chunk.recipients };
  for (const [id, change] of changes) {
    const merged = { ...recipients[id], ...change };
    recipients[id] = Object.fromEntries(
      Object.entries(merged).filter(([, value]) => value !== null && value !== undefined),
    );
  }
  for (const id of claims) recipients[id] = { ...recipients[id], state: 'claimed', at };
  return { ...chunk, recipients };
}

function fieldsOf(
  changes: Changes,
  claims: readonly string[],
  at: number,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [id, change] of changes) {
    for (const [name, value] of Object.entries(change)) {
      if (value !== undefined) fields[`recipients.${id}.${name}`] = value ?? absent();
    }
  }
  for (const id of claims) {
    fields[`recipients.${id}.state`] = 'claimed';
    fields[`recipients.${id}.at`] = at;
  }
  return fields;
}
