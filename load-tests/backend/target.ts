import { UserError } from '../../scripts/lib/fail.ts';

/**
 * The project that an address of functions belongs to: `https://REGION-PROJECT.cloudfunctions.net`
 * or, of a local stack, `http://HOST:PORT/PROJECT/REGION`. @throws UserError for any other
 */
export function projectOf(target: string): string {
  const { hostname, pathname } = new URL(target);
  const deployed = /^[a-z]+-[a-z]+\d+-([a-z][a-z0-9-]+)\.cloudfunctions\.net$/.exec(hostname)?.[1];
  const local = /^\/(demo-[a-z0-9-]+)\/[a-z]+-[a-z]+\d+$/.exec(pathname)?.[1];
  const project = deployed ?? local;
  if (project !== undefined) return project;
  throw new UserError(
    '--target takes https://REGION-PROJECT.cloudfunctions.net, or http://HOST:PORT/demo-PROJECT/REGION ' +
      `of a local stack, not "${target}".`,
  );
}
