import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { choosePorts, startEmulators, type Emulators } from '../lib/emulators.ts';
import { UserError } from '../lib/fail.ts';
import { ROOT } from '../lib/paths.ts';
import { missing, ok, skipped, type Finding } from '../doctor/check.ts';

/** Whether the rules compile: the emulator has Firestore's own compiler, and needs no login. */
export async function checkRules(): Promise<Finding> {
  const projectId = 'demo-recado-rules';
  let emulators: Emulators;
  try {
    emulators = await startEmulators(await choosePorts(), { projectId, withFunctions: false });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return skipped('not compiled here, for there is no emulator; see npm run doctor');
  }
  try {
    const content = readFileSync(join(ROOT, 'firestore.rules'), 'utf8');
    const response = await fetch(
      `http://127.0.0.1:${emulators.ports.firestore}/emulator/v1/projects/${projectId}:securityRules`,
      {
        method: 'PUT',
        body: JSON.stringify({ rules: { files: [{ name: 'firestore.rules', content }] } }),
      },
    );
    return judgeRules(await response.text());
  } finally {
    await emulators.stop();
  }
}

interface Answer {
  /** Warnings; each is a mistake, if one that Firestore would let pass. */
  issues?: { description: string; sourcePosition: { line: number } }[];
  error?: { message: string };
}

/** Judges the compiler's answer. */
export function judgeRules(answer: string): Finding {
  const { issues = [], error } = JSON.parse(answer) as Answer;
  const lines = [
    ...(error ? [error.message] : []),
    ...issues.map(({ description, sourcePosition }) => `L${sourcePosition.line} ${description}`),
  ];
  return lines.length === 0
    ? ok('they compile')
    : missing(lines.join('\n'), 'Correct firestore.rules.');
}
