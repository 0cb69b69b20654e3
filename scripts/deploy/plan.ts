/** A step of a deploy, as a dry run prints it. */
export interface Step {
  title: string;
  /** What is run; absent where it is no command. */
  command?: string;
  why: string;
}

/** The steps of a deploy, in their order. */
export const planOf = (projectId: string): Step[] => [
  {
    title: 'Look at the project',
    why: 'Login, project, database and secrets have to be there before anything is changed.',
  },
  {
    title: 'Check and build',
    command: 'npm run check && npm run build',
    why:
      'What is deployed is what the checks have passed. Parameters without a value get their ' +
      'defaults, in a file where they can be changed.',
  },
  {
    title: 'Indexes and rules',
    command: firestoreCommand(projectId).join(' '),
    why: 'They come first: new functions ask queries that the old indexes may not serve.',
  },
  {
    title: 'Wait until every index serves',
    command: `firebase firestore:indexes --pretty --project ${projectId}`,
    why: 'An index of a big collection is built for minutes to hours; its queries fail until then.',
  },
  {
    title: 'Functions',
    command: functionsCommand(projectId).join(' '),
    why: 'The functions that run go on running until the new ones have started.',
  },
];

export const firestoreCommand = (projectId: string): string[] => [
  'firebase',
  'deploy',
  '--only',
  'firestore',
  '--project',
  projectId,
];

export const functionsCommand = (projectId: string): string[] => [
  'firebase',
  'deploy',
  '--only',
  'functions',
  '--project',
  projectId,
];

/** What is left to do by hand after the first deploy. */
export const nextSteps = (projectId: string, webhookUrl: string): string =>
  `The webhook: ${webhookUrl}

Once, for a new project:
  1. In Meta's app dashboard, WhatsApp → Configuration: enter this address and your
     WHATSAPP_VERIFY_TOKEN, and subscribe to the fields messages, user_preferences and
     message_template_status_update.
  2. Make yourself an admin:     npm run make-admin -- YOU@EXAMPLE.COM
  3. Sign in with an app and connect the number: the callable channels-connect with its phone
     number id, then templates-sync.
  4. See whether all is well:    npm run doctor -- --project ${projectId}`;
