/** A value at a time, in seconds. */
export interface Point {
  x: number;
  y: number;
}

export interface Trend {
  /** Of the line that fits best, a minute. */
  perMinute: number;
  verdict: 'grows' | 'steady' | 'too few samples';
}

const LEAST_SAMPLES = 6;
/** Less in a step is noise: the profiler's own doings, a counter that got a digit more. */
const LEAST_STEP_BYTES = 64 * 1_024;
/** As a share of the heap, likewise. */
const LEAST_STEP = 0.002;
/** A step that is smaller than this share of the one before is a warm-up that levels off. */
const STEADY = 0.25;

/**
 * Whether memory grows: the medians of the three thirds of the time rise, and do not level off. One
 * odd sample does not decide, as it would with a line that is fitted alone. Pure.
 */
export function trendOf(points: readonly Point[]): Trend {
  const perMinute = slope(points) * 60;
  if (points.length < LEAST_SAMPLES) return { perMinute, verdict: 'too few samples' };
  const third = Math.floor(points.length / 3);
  const first = median(points.slice(0, third));
  const second = median(points.slice(third, points.length - third));
  const last = median(points.slice(points.length - third));
  const least = Math.max(LEAST_STEP_BYTES, LEAST_STEP * first);
  const steps = [second - first, last - second] as const;
  const grows = steps.every((step) => step >= least) && steps[1] >= STEADY * steps[0];
  return { perMinute, verdict: grows ? 'grows' : 'steady' };
}

function median(points: readonly Point[]): number {
  const values = points.map(({ y }) => y).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
}

/** Of least squares. */
function slope(points: readonly Point[]): number {
  const mean = (pick: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / Math.max(1, points.length);
  const meanX = mean(({ x }) => x);
  const meanY = mean(({ y }) => y);
  const spread = mean(({ x }) => (x - meanX) ** 2);
  return spread > 0 ? mean(({ x, y }) => (x - meanX) * (y - meanY)) / spread : 0;
}
