import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * Normalises a phone number to E.164 (`+34600111222`), or gives `null` when it cannot be one.
 * Numbers must carry their country code; WhatsApp ids (`34600111222`) are taken as having one.
 */
export function toE164(input: string): string | null {
  const digits = input.trim().replace(/^00/, '+');
  const number = parsePhoneNumberFromString(digits.startsWith('+') ? digits : `+${digits}`);
  // `isPossible`, not `isValid`: numbering plans change faster than any library's tables.
  return number?.isPossible() ? number.number : null;
}
