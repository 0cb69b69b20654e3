import { notServing, parseStates } from '../deploy/indexStates.ts';
import { describeIndex } from '../indexes/describe.ts';
import type { CompositeIndex } from '../indexes/types.ts';
import { missing, ok, type Check, type Finding } from './check.ts';
import type { Answer, FirebaseCli } from './firebaseCli.ts';

/** A real project, and how to ask about it. */
export interface Project {
  projectId: string;
  cli: FirebaseCli;
}

const LOGIN = 'Firebase login';
const PROJECT = 'project';
const DATABASE = 'Firestore database';

/** Whether the project can be worked with at all. */
export function accessChecks({ projectId, cli }: Project): Check[] {
  const listing = once(() => cli.json<{ projectId: string }[]>(['projects:list']));
  return [
    {
      name: LOGIN,
      run: async () => {
        const answer = await listing();
        return answer.ok
          ? ok('logged in')
          : missing(answer.error, 'npx firebase login   (in CI: GOOGLE_APPLICATION_CREDENTIALS)');
      },
    },
    {
      name: PROJECT,
      needs: [LOGIN],
      run: async () => {
        const answer = await listing();
        const projects = answer.ok ? answer.result : [];
        if (projects.some((each) => each.projectId === projectId)) return ok(projectId);
        return missing(
          `this login does not see a project ${projectId}`,
          'Check the id in the Firebase console, and that this account is a member of it.',
        );
      },
    },
    {
      name: DATABASE,
      needs: [PROJECT],
      run: async () =>
        judgeDatabase(
          projectId,
          await cli.json(['firestore:databases:get', '(default)', '--project', projectId]),
        ),
    },
  ];
}

export function judgeDatabase(
  projectId: string,
  answer: Answer<{ type?: string; databaseEdition?: string; locationId?: string }>,
): Finding {
  if (!answer.ok) {
    // A deploy would create one, in a place that nobody chose and nobody can change.
    return missing(
      answer.error,
      `npx firebase firestore:databases:create "(default)" --location eur3 --project ${projectId}\n` +
        'The location cannot be changed later; "npx firebase firestore:locations" lists them.',
    );
  }
  const { type, databaseEdition = 'STANDARD', locationId = '' } = answer.result;
  if (type === 'FIRESTORE_NATIVE' && databaseEdition !== 'ENTERPRISE') return ok(locationId);
  return missing(
    `it is of the kind ${type ?? 'unknown'}, ${databaseEdition}`,
    'Recado needs a Standard edition database in native mode: use another project.',
  );
}

/** Whether every declared index answers queries. */
export const indexCheck = ({ projectId, cli }: Project, declared: CompositeIndex[]): Check => ({
  name: 'indexes',
  needs: [DATABASE],
  run: async () => {
    const mend = `npm run deploy -- --project ${projectId}`;
    const answer = await cli.text(['firestore:indexes', '--pretty', '--project', projectId]);
    if (!answer.ok) return missing(answer.error, mend);
    const lacking = notServing(declared, parseStates(answer.result));
    if (lacking.length === 0) return ok(`${declared.length} serve`);
    const lines = lacking.map(({ index, state }) => `${state}: ${describeIndex(index)}`);
    return missing(
      [`${lacking.length} of ${declared.length} do not serve`, ...lines].join('\n'),
      lacking.every(({ state }) => state === 'CREATING') ? 'Wait: they are being built.' : mend,
    );
  },
});

/** Whether the secrets have a value; the values are not looked at. */
export const secretChecks = ({ projectId, cli }: Project, secrets: string[]): Check[] =>
  secrets.map((secret) => ({
    name: `secret ${secret}`,
    needs: [PROJECT],
    run: async () => {
      const answer = await cli.json<{ secrets: { versionId: string; state: string }[] }>([
        'functions:secrets:get',
        secret,
        '--project',
        projectId,
      ]);
      const version = answer.ok
        ? answer.result.secrets.find(({ state }) => state === 'ENABLED')
        : undefined;
      return version
        ? ok(`version ${version.versionId}`)
        : missing(
            answer.ok ? 'it has no version that is enabled' : answer.error,
            `npx firebase functions:secrets:set ${secret} --project ${projectId}`,
          );
    },
  }));

/** Asks once, however often the answer is wanted. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
