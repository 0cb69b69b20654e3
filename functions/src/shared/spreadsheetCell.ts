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
/** Where an apostrophe goes; those that stand there already count as part of the text. */
const AT_START = new RegExp(`^(?='*[${SIGN}\\t\\r\\n])`, 'u');
const WITHIN = new RegExp(`([;\\t\\r\\n])(?='*[${SIGN}])`, 'gu');
const PUT_AT_START = new RegExp(`^'(?='*[${SIGN}\\t\\r\\n])`, 'u');
const PUT_WITHIN = new RegExp(`([;\\t\\r\\n])'(?='*[${SIGN}])`, 'gu');

/** A text as it goes into a cell: nothing in it is run as a formula. */
export const neutralised = (text: string): string =>
  PLAIN_NUMBER.test(text) ? text : text.replace(WITHIN, "$1'").replace(AT_START, "'");

/** The text that a cell stands for: the opposite of `neutralised`, for any text. */
export const restored = (cell: string): string =>
  cell.replace(PUT_AT_START, '').replace(PUT_WITHIN, '$1');
