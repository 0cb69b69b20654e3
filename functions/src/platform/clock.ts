/** The time, in milliseconds since the epoch. The only place that asks the system for it. */
export let now = (): number => Date.now();

/** Lets a test move the time; returns a function that puts the real clock back. */
export function setClock(clock: () => number): () => void {
  now = clock;
  return () => {
    now = () => Date.now();
  };
}

/** Milliseconds since some moment, for durations: never set back or forward. */
export const elapsed = (): number => performance.now();
