import { aliasesOfRow, type Judged } from './judge';
import { readPart, type Parts } from './parts';
import { lookUp, peopleAt, type Slice } from './slice';

/** How far an import has come. */
export interface Place {
  parts: Parts;
  /** The next slice: its part, how many of the people there are done, its number. */
  part: number;
  offset: number;
  slice: number;
  /** Nobody of the file was known so far: the next slices are a window, their people presumed new. */
  presumesNew: boolean;
}

/** What an instance keeps of an import between its steps; another one makes it anew. */
export interface Session {
  jobId: string;
  /** The slice that comes next, by number. */
  next: number;
  part: Judged[][];
  /** What the last two slices wrote, which may not have been there yet when this one was looked up. */
  touched: [ReadonlySet<string>, ReadonlySet<string>];
  /** Looked up while the slice before it was being written. */
  ahead: Promise<Slice> | undefined;
  /** Whether an earlier run, or try, may have done some of what comes next. */
  isResumed: boolean;
}
let session: Session | undefined;

/** The session of an import, which this instance may have; it is kept again for the next step. */
export async function takeSession(jobId: string, { slice, part, parts }: Place): Promise<Session> {
  const kept = session;
  // A step that fails half-way has changed what is in it.
  session = undefined;
  if (kept?.jobId === jobId && kept.next === slice) return { ...kept, isResumed: false };
  return {
    jobId,
    next: slice,
    part: await partOf(jobId, parts, part),
    touched: [new Set(), new Set()],
    ahead: undefined,
    isResumed: true,
  };
}

/**
 * Keeps the session for the next step: goes on to the next part where this one is through, and has
 * what comes next looked up unless it is presumed new.
 *
 * @returns the place where it goes on; behind the last part when all is done
 */
export async function prepareNext(current: Session, { ...place }: Place): Promise<Place> {
  if (place.offset >= current.part.length) {
    place.part++;
    place.offset = 0;
    if (place.part >= place.parts.length) return { ...place, presumesNew: false };
    current.part = await partOf(current.jobId, place.parts, place.part);
  }
  current.next = place.slice;
  current.ahead = place.presumesNew ? undefined : lookUp(peopleAt(current.part, place.offset));
  // Nobody may be waiting for it any more.
  current.ahead?.catch(() => undefined);
  session = current;
  return place;
}

const partOf = (jobId: string, parts: Parts, part: number): Promise<Judged[][]> =>
  readPart(jobId, part, parts[part] ?? 0, aliasesOfRow);
