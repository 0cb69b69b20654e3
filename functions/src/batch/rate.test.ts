import { describe, expect, it } from 'vitest';
import { burstOf, createPacer, rateAt } from './rate';

const MINUTE = 60_000;

describe('rateAt', () => {
  it.each([
    { rate: { perSecond: 100, ramp: false }, elapsed: 0, expected: 100 },
    { rate: { perSecond: Infinity, ramp: false }, elapsed: 0, expected: Infinity },
    { rate: { perSecond: Infinity, ramp: true }, elapsed: 0, expected: 500 },
    { rate: { perSecond: Infinity, ramp: true }, elapsed: 5 * MINUTE - 1, expected: 500 },
    { rate: { perSecond: Infinity, ramp: true }, elapsed: 5 * MINUTE, expected: 750 },
    { rate: { perSecond: Infinity, ramp: true }, elapsed: 11 * MINUTE, expected: 1_125 },
    { rate: { perSecond: 600, ramp: true }, elapsed: 11 * MINUTE, expected: 600 },
  ])('is $expected after $elapsed ms of $rate', ({ rate, elapsed, expected }) => {
    expect(rateAt(rate, elapsed)).toBe(expected);
  });
});

describe('createPacer', () => {
  it('lets no second have more than the rate, however late one wakes up', () => {
    const rate = { perSecond: 100, ramp: false };
    const burst = burstOf(rate);
    const pacer = createPacer(rate, 0);
    const sent: number[] = [];
    for (let n = 0, time = 0; n < 200; n++) {
      time = Math.max(time, pacer.next) + (n % 7) * 3;
      pacer.sent(burst, time);
      sent.push(time);
    }
    for (const start of sent) {
      const within = sent.filter((time) => time >= start && time < start + 1_000).length;
      expect(within * burst).toBeLessThanOrEqual(100);
    }
  });

  it('saves nothing up in a pause', () => {
    const pacer = createPacer({ perSecond: 10, ramp: false }, 0);
    pacer.sent(1, 60_000);
    expect(pacer.next).toBe(60_100);
  });

  it('sends in tenths of a second, singly where that is less than one', () => {
    expect(burstOf({ perSecond: 500, ramp: false })).toBe(50);
    expect(burstOf({ perSecond: 3, ramp: false })).toBe(1);
    expect(burstOf({ perSecond: Infinity, ramp: false })).toBe(Infinity);
    expect(burstOf({ perSecond: Infinity, ramp: true })).toBe(50);
  });
});
