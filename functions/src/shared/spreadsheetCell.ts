/**
 * Texts in files that people open in a spreadsheet. One that it would run as a formula gets an
 * apostrophe in front, the spreadsheets' own mark for "this is text"; reading takes it away again,
 * so a file that was written here is read exactly as it was.
 *
 * What runs: a text that begins with `=`, `+`, `-`, `@`, a tab or a line break, or has such a sign
 * after a semicolon, a tab or a line break, where spreadsheets of some countries begin a new cell.
 * A plain number runs nothing and stays as it is, and so does a phone number (`+34600111222`).
 */
const PLAIN_NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

// The wide forms are taken for the narrow ones in East Asian settings.
const SIGN = '=+\\-@＝＋－＠';
/** Apostrophes that stand before a sign already count as part of the text. */
const RUNS = new RegExp(`(^)('*)(?=[${SIGN}\\t\\r\\n])|([;\\t\\r\\n])('*)(?=[${SIGN}])`, 'gu');
const NEUTRALISED = new RegExp(
  `(^)'('*)(?=[${SIGN}\\t\\r\\n])|([;\\t\\r\\n])'('*)(?=[${SIGN}])`,
  'gu',
);

/** A text as it goes into a cell: nothing in it is run as a formula. */
export const neutralised = (text: string): string =>
  PLAIN_NUMBER.test(text) ? text : text.replace(RUNS, "$1$3'$2$4");

/** The text that a cell stands for: the opposite of `neutralised`, for any text. */
export const restored = (cell: string): string => cell.replace(NEUTRALISED, '$1$3$2$4');
