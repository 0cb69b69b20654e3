import { describe, expect, it } from 'vitest';
import { countryOf, estimateCost } from './cost';
import type { RateTable } from './schema';

describe('countryOf', () => {
  it.each([
    ['+34600111222', 'ES'],
    ['+5215512345678', 'MX'],
    ['+12125551234', 'US'],
    ['+14165551234', 'CA'],
    ['+18095551234', 'DO'],
    ['+870773111632', null],
    ['nonsense', null],
  ])('%s: %s', (phone, country) => {
    expect(countryOf(phone)).toBe(country);
  });
});

describe('estimateCost', () => {
  const rates: RateTable = {
    currency: 'EUR',
    validFrom: '2026-10-01',
    rates: {
      ES: { MARKETING: 0.0509, UTILITY: 0.0166 },
      MX: { MARKETING: 0.0254 },
      '*': { MARKETING: 0.0497, AUTHENTICATION: 0 },
    },
  };
  const all = { low: 1, high: 1 };

  it.each([
    { name: 'nobody', categories: ['MARKETING'], by: {}, min: 0, max: 0 },
    { name: 'one country', categories: ['MARKETING'], by: { ES: 1_000 }, min: 50.9, max: 50.9 },
    {
      name: 'countries, one without a price of its own',
      categories: ['MARKETING'],
      by: { ES: 100, MX: 100, JP: 100 },
      min: 12.6,
      max: 12.6,
    },
    {
      name: 'what is delivered',
      categories: ['MARKETING'],
      by: { ES: 1_000 },
      delivery: { low: 0.85, high: 0.95 },
      min: 43.27,
      max: 48.36,
    },
    {
      name: 'two categories',
      categories: ['MARKETING', 'UTILITY'],
      by: { ES: 1_000 },
      min: 16.6,
      max: 50.9,
    },
    {
      name: 'a price for all others by category',
      categories: ['AUTHENTICATION'],
      by: { ES: 1_000 },
      min: 0,
      max: 0,
    },
    {
      name: 'no price',
      categories: ['UTILITY'],
      by: { ES: 100, MX: 5, '??': 1, FR: 0 },
      min: 1.66,
      max: 1.66,
      withoutPrice: ['??', 'MX'],
    },
    {
      name: 'no price for one of two categories',
      categories: ['MARKETING', 'UTILITY'],
      by: { MX: 1_000 },
      min: 25.4,
      max: 25.4,
      withoutPrice: ['MX'],
    },
    { name: 'no template', categories: [], by: { ES: 1 }, min: 0, max: 0, withoutPrice: ['ES'] },
    {
      name: 'a million, to the cent',
      categories: ['MARKETING'],
      by: { ES: 333_333, JP: 666_667 },
      min: 50_100,
      max: 50_100,
    },
  ])('$name', ({ categories, by, delivery = all, min, max, withoutPrice = [] }) => {
    expect(estimateCost(rates, categories, by as Record<string, number>, delivery)).toEqual({
      currency: 'EUR',
      validFrom: '2026-10-01',
      min,
      max,
      withoutPrice,
    });
  });
});
