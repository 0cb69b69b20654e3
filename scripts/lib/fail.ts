/** Something that the user has to put right: shown as it is, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Runs a script's main function; a `UserError` ends it with one clear message. */
export async function run(
  main: () => Promise<number | undefined> | number | undefined,
): Promise<void> {
  try {
    process.exitCode = (await main()) ?? process.exitCode ?? 0;
  } catch (error) {
    console.error(error instanceof UserError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
