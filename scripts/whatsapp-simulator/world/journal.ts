import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AcceptedSend } from '../types.ts';

/**
 * The accepted sends as JSON lines. A line is handed to the operating system before the send is
 * answered, so it survives the death of this process (not of the machine: there is no fsync).
 */
export class Journal {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /** Opens or creates the file and answers what it already holds. */
  static open(path: string): { journal: Journal; sends: AcceptedSend[] } {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a+');
    const content = readFileSync(path);
    // A process killed while it wrote leaves a torn last line; that send was never answered.
    const whole = content.lastIndexOf('\n') + 1;
    if (whole < content.length) ftruncateSync(file, whole);
    const lines = content.subarray(0, whole).toString('utf8').split('\n').filter(Boolean);
    const sends = lines.map((line) => JSON.parse(line) as AcceptedSend);
    return { journal: new Journal(file), sends };
  }

  append(send: AcceptedSend): void {
    writeSync(this.#file, `${JSON.stringify(send)}\n`);
  }

  truncate(): void {
    ftruncateSync(this.#file, 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}
