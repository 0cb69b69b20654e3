import { describe, expect, it } from 'vitest';
import { Breaker } from './breaker';

const LIMITS = { slowMs: 100, slowInARow: 3, restMs: 1_000, maxRestMs: 4_000 };

describe('a circuit breaker', () => {
  it('opens with the first failure, and lets one probe through after the rest', () => {
    const breaker = new Breaker(LIMITS);
    expect(breaker.admit(0)).toBe('yes');
    breaker.failed(10);
    expect([breaker.isOpen, breaker.admit(11), breaker.admit(1_009)]).toEqual([true, 'no', 'no']);
    expect([breaker.admit(1_010), breaker.admit(1_011)]).toEqual(['probe', 'no']);
    breaker.succeeded(1_020, 10);
    expect([breaker.isOpen, breaker.admit(1_021)]).toEqual([false, 'yes']);
  });

  it('rests twice as long after each probe that fails, up to a bound, and forgets that', () => {
    const breaker = new Breaker(LIMITS);
    let now = 0;
    breaker.failed(now);
    const rests: number[] = [];
    for (let n = 0; n < 4; n++) {
      const began = now;
      while (breaker.admit(now) !== 'probe') now += 100;
      rests.push(now - began);
      breaker.failed(now);
    }
    expect(rests).toEqual([1_000, 2_000, 4_000, 4_000]);
    expect(breaker.admit(now + 4_000)).toBe('probe');
    breaker.succeeded(now + 4_000, 1);
    breaker.failed(20_000);
    expect([breaker.admit(20_999), breaker.admit(21_000)]).toEqual(['no', 'probe']);
  });

  it('counts many failures at once as one', () => {
    const breaker = new Breaker(LIMITS);
    for (let n = 0; n < 50; n++) breaker.failed(n);
    expect(breaker.admit(1_000)).toBe('probe');
  });

  it('opens for an answerer that is slow every time, not for one that is slow once', () => {
    const breaker = new Breaker(LIMITS);
    for (const ms of [101, 101, 99, 101, 101]) breaker.succeeded(0, ms);
    expect(breaker.isOpen).toBe(false);
    breaker.succeeded(0, 101);
    expect(breaker.isOpen).toBe(true);
  });

  it('stays open when the probe is answered slowly, or an earlier use is answered late', () => {
    const breaker = new Breaker(LIMITS);
    breaker.failed(0);
    breaker.succeeded(5, 5);
    expect(breaker.isOpen).toBe(true);
    expect(breaker.admit(1_000)).toBe('probe');
    breaker.succeeded(1_101, 101);
    expect([breaker.isOpen, breaker.admit(1_102)]).toEqual([true, 'no']);
  });
});
