/** How much one request may carry. */
export interface ChunkLimits {
  count: number;
  bytes: number;
}

/**
 * Splits items, in order, into chunks that keep to both limits. An item that is larger than the
 * limit by itself has a chunk of its own: whether it is taken is the server's to say.
 *
 * @param weightOf how many an item counts for; one, if left out
 */
export function chunksOf<T>(
  items: readonly T[],
  { count, bytes }: ChunkLimits,
  sizeOf: (item: T) => number,
  weightOf: (item: T) => number = () => 1,
): T[][] {
  const chunks: T[][] = [];
  let current: T[] = [];
  let size = 0;
  let weight = 0;
  for (const item of items) {
    const itemSize = sizeOf(item);
    const itemWeight = weightOf(item);
    if (current.length > 0 && (weight + itemWeight > count || size + itemSize > bytes)) {
      chunks.push(current);
      [current, size, weight] = [[], 0, 0];
    }
    current.push(item);
    size += itemSize;
    weight += itemWeight;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}

/** The items that come first, second, third … for their key: within one, every key is unique. */
export function wavesOf<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const seen = new Map<string, number>();
  const waves: T[][] = [];
  for (const item of items) {
    const key = keyOf(item);
    const wave = seen.get(key) ?? 0;
    seen.set(key, wave + 1);
    (waves[wave] ??= []).push(item);
  }
  return waves;
}

/** Items in parts of `size`. */
export const parts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
