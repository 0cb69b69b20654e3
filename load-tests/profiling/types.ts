import type { Session } from './target/session.ts';

/** A process that is profiled. */
export interface Target {
  /** Begins the names of its files. */
  name: string;
  session: Session;
  /** Ends the connection, and closes the inspector if it was opened for this. */
  release: () => Promise<void>;
}

/** What a command has to do to one process. */
export interface Job {
  target: Target;
  /** How long; until `stop` if left out. */
  seconds: number | undefined;
  /** Seconds between two looks. */
  every: number;
  /** Ends it early: Ctrl-C, or the process is about to end. What is there by then is kept. */
  stop: AbortSignal;
  /** Tells how far it is. */
  say: (line: string) => void;
  /** The path of a file of this run, by how its name ends (`.cpuprofile`). */
  file: (ending: string) => string;
}

/** What a command found. */
export interface Outcome {
  /** What is printed. */
  text: string;
  /** Kept as JSON. */
  summary: object;
  /** Kept as HTML. */
  page?: string;
  /** It found what should not be: memory that grows. */
  isBad?: boolean;
}

export type Command = (job: Job) => Promise<Outcome>;
