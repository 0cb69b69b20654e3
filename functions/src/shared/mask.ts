/**
 * Takes personal data and secrets out of what is logged. Nothing of it should get there; this is
 * the last gate for what a library's error message or a forgotten field brings along.
 */

const PATTERNS: readonly [RegExp, string][] = [
  [/[\w.%+-]+@[\w-]+(?:\.[\w-]+)+/g, '[email]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [token]'],
  [/\beyJ[\w-]{6,}\.[\w-]+\.[\w-]+/g, '[token]'],
  // Meta's access tokens, Google's API keys and access tokens.
  [/\b(?:EAA[A-Za-z0-9]{16,}|AIza[\w-]{20,}|ya29\.[\w-]+)/g, '[token]'],
  [
    /([?&](?:access_token|token|key|secret|signature|X-Goog-Signature|hub\.verify_token)=)[^&\s"']+/gi,
    '$1[token]',
  ],
  // A wamid is base64 with the number in it.
  [/\bwamid\.[\w+/=-]+/g, '[wamid]'],
  [/\+\d[\d\s().-]{5,}\d/g, '[phone]'],
];
/** Digits as long as a phone number, not part of a longer word nor of a UUID. */
const DIGITS = /(?<![\w.-])\(?\d[\d ()-]{6,16}\d(?![\w]|-[0-9a-f]{4}-)/g;

/** Fields that are never logged, whatever is in them. */
const SECRET_FIELDS =
  /^(?:phone|phones|to|from|waId|wa_id|email|mail|name|displayName|text|body|caption|content|raw|token|secret|password|authorization|cookie|query_string)$/i;
/** Fields of ids, which may be long numbers: WhatsApp's ids of numbers and accounts. */
const ID_FIELDS = /(?:^|[a-z])(?:id|ids|channels|channel)$/i;

/** A text without e-mail addresses, phone numbers, wamids and tokens. */
export function maskText(text: string, keepsDigits = false): string {
  const masked = PATTERNS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
  return keepsDigits ? masked : masked.replace(DIGITS, '[number]');
}

/** What may be logged of a value, down to a depth; `field` is the name under which it is. */
export function maskValue(value: unknown, field = '', depth = 0): unknown {
  if (SECRET_FIELDS.test(field)) return value === null || value === undefined ? value : '[masked]';
  if (typeof value === 'string') return maskText(value, ID_FIELDS.test(field));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => maskValue(item, field, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([key, inner]) => [key, maskValue(inner, key, depth + 1)]),
  );
}

const MAX_DEPTH = 5;
const MAX_ITEMS = 100;
