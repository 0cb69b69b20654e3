import { Unzip, UnzipInflate } from 'fflate';
import { refusedFile } from './refused';

/** Bytes at a time: what they unpack to is in memory at once, a thousand times as much at worst. */
const SLICE = 4 * 1024;
const MAX_ENTRIES = 2_000;
/** Sheets of people unpack to some 30 times their size; what says one thing for ever to much more. */
const MAX_RATIO = 100;
/** Little enough not to ask. */
const FREE_BYTES = 16 * 1024 * 1024;
/** How the directory ends, and how far from the end of the file it may be. */
const END = Buffer.from('PK\u0005\u0006', 'latin1');
const END_WITHIN = 64 * 1024 + 22;

/** Throws where an archive has no end: it was not uploaded whole. */
export function checkWhole(archive: Uint8Array): void {
  const tail = Buffer.from(archive.subarray(-END_WITHIN));
  if (!tail.includes(END)) throw notRead();
}

/**
 * Unpacks one file of an archive, piece by piece.
 *
 * @param maxBytes more than that, unpacked, is refused
 * @returns nothing where the archive has no such file
 * @throws AppError `invalid-argument` for what is no archive, or is a bomb
 */
export function* unpacked(
  archive: Uint8Array,
  wanted: string,
  maxBytes: number,
): Generator<Uint8Array> {
  let ready: Uint8Array[] = [];
  let failure = null as Error | null;
  let bytes = 0;
  let entries = 0;
  let isDone = false as boolean;
  const unzip = new Unzip((file) => {
    if (++entries > MAX_ENTRIES) failure ??= tooLarge();
    if (file.name !== wanted || isDone) return;
    file.ondata = (error, piece, isLast) => {
      failure ??= error && notRead();
      bytes += piece.length;
      const isBomb = bytes > FREE_BYTES && bytes > MAX_RATIO * archive.length;
      if (bytes > maxBytes || isBomb) failure ??= tooLarge();
      else ready.push(piece);
      isDone ||= isLast;
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  for (let from = 0; from < archive.length && !isDone; from += SLICE) {
    try {
      unzip.push(archive.subarray(from, from + SLICE), from + SLICE >= archive.length);
    } catch {
      failure ??= notRead();
    }
    if (failure) throw failure;
    yield* ready;
    ready = [];
  }
  if (bytes > 0 && !isDone) throw notRead();
}

const notRead = (): Error =>
  refusedFile(
    'malformed-xlsx',
    'The workbook cannot be read: it is damaged or was not uploaded whole.',
    'Open it in a spreadsheet, save it again as .xlsx or .csv, and upload that.',
  );

const tooLarge = (): Error =>
  refusedFile(
    'xlsx-too-large',
    'The workbook is much larger unpacked than a list of contacts is.',
    'Save the sheet alone as .csv and upload that.',
  );
