import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { RateTable } from './schema';

/** What a campaign may cost; WhatsApp bills messages that are delivered. */
export interface CostEstimate {
  currency: string;
  /** The price list's date. */
  validFrom: string;
  min: number;
  max: number;
  /** Countries for which the price list lacks a price; the sums are too low by them. */
  withoutPrice: string[];
}

/** The country that a number in E.164 belongs to, like `ES`; null where it tells none. */
export const countryOf = (phone: string): string | null =>
  parsePhoneNumberFromString(phone)?.country ?? null;

/** The row of a price list for all countries without one of their own. */
const OTHERS = '*';

/** Prices have four or five decimals; sums of so small fractions would not come out even. */
const MICROS = 1_000_000;
const CENTS = 100;

/**
 * The range that a campaign's cost is in: from the cheapest category with the low share delivered,
 * to the dearest one with the high share.
 *
 * @param recipientsByCountry how many there are by country; any other key stands for no country
 */
export function estimateCost(
  { currency, validFrom, rates }: RateTable,
  categories: string[],
  recipientsByCountry: Record<string, number>,
  delivery: { low: number; high: number },
): CostEstimate {
  const withoutPrice: string[] = [];
  let min = 0;
  let max = 0;
  for (const [country, recipients] of Object.entries(recipientsByCountry)) {
    if (recipients === 0) continue;
    const prices = categories.map(
      (category) => rates[country]?.[category] ?? rates[OTHERS]?.[category],
    );
    const known = prices.filter((price) => price !== undefined);
    if (known.length === 0 || known.length < prices.length) withoutPrice.push(country);
    if (known.length === 0) continue;
    min += micros(Math.min(...known)) * recipients * delivery.low;
    max += micros(Math.max(...known)) * recipients * delivery.high;
  }
  return {
    currency,
    validFrom,
    min: Math.round(min / (MICROS / CENTS)) / CENTS,
    max: Math.round(max / (MICROS / CENTS)) / CENTS,
    withoutPrice: withoutPrice.sort(),
  };
}

const micros = (price: number): number => Math.round(price * MICROS);
