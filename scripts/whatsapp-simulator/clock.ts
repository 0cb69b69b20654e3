/** Epoch milliseconds with fractions; it never goes back, so rates can be measured with it. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Meta's time stamps: epoch seconds as a string. */
export function seconds(ms: number): string {
  return String(Math.floor(ms / 1_000));
}
