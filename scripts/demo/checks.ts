/** The checks of a scenario, printed as they are made. */
export class Checks {
  readonly #rows: { name: string; expected: unknown; actual: unknown; ok: boolean }[] = [];

  equal(name: string, actual: unknown, expected: unknown): void {
    const ok = JSON.stringify(actual) === JSON.stringify(expected);
    this.#rows.push({ name, expected, actual, ok });
    console.log(
      `  ${ok ? '✓' : '✗'} ${name}: ${show(actual)}${ok ? '' : `, expected ${show(expected)}`}`,
    );
  }

  get ok(): boolean {
    return this.#rows.length > 0 && this.#rows.every(({ ok }) => ok);
  }

  table(): string {
    const width = Math.max(...this.#rows.map(({ name }) => name.length));
    const lines = this.#rows.map(
      ({ name, actual, ok }) => `  ${ok ? '✓' : '✗'}  ${name.padEnd(width)}  ${show(actual)}`,
    );
    return lines.join('\n');
  }
}

const show = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Waits until `probe` gives something truthy, or gives up and says what it waited for. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | false | undefined>,
  timeoutMs = 90_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs / 1_000} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
