import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';

/**
 * Normalises a phone number to E.164 (`+34600111222`), or gives `null` when it cannot be one.
 *
 * @param country of numbers without a country code, as `ES`; left out: every number has to carry
 *   one, and WhatsApp ids (`34600111222`) are taken as doing so
 */
export function toE164(input: string, country?: string): string | null {
  const digits = input.trim().replace(/^00/, '+');
  const number =
    country !== undefined
      ? parsePhoneNumberFromString(digits, country as CountryCode)
      : parsePhoneNumberFromString(digits.startsWith('+') ? digits : `+${digits}`);
  // `isPossible`, not `isValid`: numbering plans change faster than any library's tables.
  return number?.isPossible() ? number.number : null;
}
