import { bucketOf } from '../shared/histogram';
import type { Fact } from '../shared/fact';

/** What is measured in histograms. */
export const MEASURES = ['firstResponse', 'resolution', 'queueDepth', 'queueAge'] as const;
export type Measure = (typeof MEASURES)[number];

/** A histogram's bucket is a count of its own: `firstResponse.212`. */
export const bucketName = (measure: Measure, value: number): string =>
  `${measure}.${bucketOf(value)}`;

/** Whether a count is of samples that were taken then, and so cannot be recomputed. */
export const isSampled = (name: string): boolean => name.startsWith('queue');

/** The counts that a fact adds to, by name. */
export function namedCounts({ event, count, value }: Fact): [name: string, count: number][] {
  if (value === null) return [[event, count]];
  switch (event) {
    case 'answered':
      return [
        [event, count],
        [bucketName('firstResponse', value), count],
      ];
    case 'resolved':
      return [
        [event, count],
        [bucketName('resolution', value), count],
      ];
    case 'conversion':
      return [
        [event, count],
        ['conversionValue', count * value],
      ];
    default:
      return [[event, count]];
  }
}
