/** The import rules of the project: index → entry → domain → batch → platform → shared. */
const DOMAINS =
  '(analytics|archive|audit|campaigns|channels|contacts|conversations|deadLetters|files|jobs|merges|messages|monitoring|privacy|team|templates|webhooks)';
const VENDOR = '(@google-cloud/|firebase-admin|@upstash/)';
const src = (path) => `^functions/src/${path}`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'entry-from-index-only',
      severity: 'error',
      from: { path: src(''), pathNot: [src('index\\.ts'), src('entry/'), '\\.test\\.ts$'] },
      to: { path: src('entry/') },
    },
    {
      name: 'shared-is-pure',
      comment: 'shared/, schema.ts and rules.ts import neither vendors nor anything that does I/O',
      severity: 'error',
      from: { path: [src('shared/'), src(`${DOMAINS}/(schema|rules)\\.ts`)] },
      to: {
        path: [
          VENDOR,
          'firebase-functions',
          src('(platform|batch)/(?!whatsapp/inboundContent)'),
          src(`${DOMAINS}/(?!(schema|rules|content)\\.ts)`),
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'shared-imports-shared',
      severity: 'error',
      from: { path: src('shared/') },
      to: { path: src('(?!shared/)') },
    },
    {
      name: 'platform-below-domains',
      severity: 'error',
      from: { path: src('platform/'), pathNot: '\\.test\\.ts$' },
      to: { path: [src(DOMAINS), src('batch/'), src('entry/')] },
    },
    {
      name: 'batch-below-domains',
      severity: 'error',
      from: { path: src('batch/'), pathNot: '\\.test\\.ts$' },
      to: { path: [src(DOMAINS), src('entry/')] },
    },
    {
      name: 'store-is-private',
      comment: 'a domain reads and writes its own collections; others use its use cases',
      severity: 'error',
      from: { path: src(`${DOMAINS}/`) },
      to: { path: src(`${DOMAINS}/store\\.ts`), pathNot: src('$1/') },
    },
    {
      name: 'entry-not-to-stores',
      severity: 'error',
      from: { path: src('entry/') },
      to: { path: src(`${DOMAINS}/store\\.ts`) },
    },
    {
      name: 'domains-one-way',
      comment: 'campaigns → archive → messages → conversations → contacts, never back',
      severity: 'error',
      from: { path: src('contacts/') },
      to: {
        path: src('(conversations|messages|archive|campaigns|merges|analytics|webhooks|privacy)/'),
      },
    },
    {
      name: 'domains-one-way-2',
      severity: 'error',
      from: { path: src('conversations/') },
      to: { path: src('(messages|archive|campaigns|merges|analytics|webhooks|privacy)/') },
    },
    {
      name: 'domains-one-way-3',
      severity: 'error',
      from: { path: src('messages/') },
      to: { path: src('(archive|campaigns|merges|analytics|webhooks|privacy)/') },
    },
    {
      name: 'domains-one-way-4',
      severity: 'error',
      from: { path: src('archive/') },
      to: { path: src('(campaigns|merges|analytics|webhooks|privacy)/') },
    },
    {
      name: 'domains-one-way-5',
      comment: 'figures are made of what the others have; nobody depends on them',
      severity: 'error',
      from: { path: src('campaigns/') },
      to: { path: src('(analytics|merges|webhooks|privacy)/') },
    },
    {
      name: 'leaf-domains',
      severity: 'error',
      from: {
        path: src('(team|audit|channels|templates|deadLetters|files|jobs)/'),
        pathNot: '\\.test\\.ts$',
      },
      to: {
        path: src(
          '(contacts|conversations|messages|archive|campaigns|analytics|webhooks|privacy)/',
        ),
      },
    },
    {
      name: 'functions-sdk-at-the-edge',
      severity: 'error',
      from: {
        path: src(''),
        pathNot: [src('entry/'), src('(options|params)\\.ts'), src('platform/log\\.ts')],
      },
      to: { path: 'firebase-functions' },
    },
    {
      name: 'vendors-in-platform',
      severity: 'error',
      from: { path: src(''), pathNot: [src('platform/'), '\\.test\\.ts$'] },
      to: { path: VENDOR, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-bare-barrel',
      severity: 'error',
      from: {},
      to: { path: 'firebase-functions/lib/(v2/)?index\\.' },
    },
    {
      name: 'src-not-from-test',
      severity: 'error',
      from: { path: src(''), pathNot: '\\.test\\.ts$' },
      to: { path: '^functions/test/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'functions/tsconfig.build.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
    exclude: { path: 'functions/lib' },
  },
};
