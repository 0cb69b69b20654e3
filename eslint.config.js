import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import noFirestoreInLoops from './scripts/eslint/noFirestoreInLoops.ts';

export default defineConfig(
  globalIgnores(['**/node_modules/', 'functions/lib/', 'coverage/', '.recado/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Numbers in messages are fine; anything else has to be made text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // process.env is read in params.ts and the lazy loader only, the time in clock.ts only.
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Read parameters through params.ts.',
        },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Ask platform/clock.ts for the time.',
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Ask platform/clock.ts for the time.',
        },
      ],
    },
  },
  {
    // The index of a query's result and the like are proven by the lines around them.
    files: [
      'functions/src/params.ts',
      'functions/src/lazyFunctions.ts',
      'functions/src/platform/clock.ts',
      'scripts/**',
      'load-tests/**',
      'functions/test/**',
      '**/*.test.ts',
      '*.ts',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['functions/src/**/*.ts'],
    // Here such loops are the job: chunks, retries and pages of many documents.
    ignores: ['functions/src/batch/**', 'functions/src/platform/commit*.ts', '**/*.test.ts'],
    plugins: { recado: { rules: { 'no-firestore-in-loops': noFirestoreInLoops } } },
    rules: {
      'recado/no-firestore-in-loops': [
        'error',
        {
          requests: ['functions/src/batch/batch\\w+\\.ts$'],
          iterators: ['mapConcurrently'],
        },
      ],
    },
  },
  {
    files: ['functions/test/**', '**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['scripts/**/*.mjs', '*.js', '*.cjs', 'load-tests/**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
);
