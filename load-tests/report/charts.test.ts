import { expect, it } from 'vitest';
import { ceiling, drawChart } from './charts.ts';

it.each([
  [0, 1],
  [0.3, 0.5],
  [1, 1],
  [12, 20],
  [70, 100],
  [501, 1_000],
])('an axis up to %d ends at %d', (value, end) => {
  expect(ceiling(value)).toBeCloseTo(end);
});

it('a chart has its lines within its area, and takes names as text', () => {
  const svg = drawChart({
    title: '<b>p95</b>',
    unit: 'ms',
    limit: 70,
    lines: [
      {
        name: 'a & b',
        points: [
          { x: 0, y: 0 },
          { x: 10, y: 100 },
        ],
      },
    ],
  });
  expect(svg).toContain('points="56.0,232.0 848.0,12.0"');
  expect(svg).toContain('&#60;b&#62;p95');
  expect(svg).toContain('a &#38; b');
  expect(svg).not.toContain('<b>');
});
