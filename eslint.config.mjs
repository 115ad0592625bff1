import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { comparedSentences } from './lint/compared-sentences.mjs';
import { ownProperties } from './lint/own-properties.mjs';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'data/', 'build/', 'templates/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
      'no-control-regex': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/core/keys.ts'],
    plugins: { gavel: { rules: { 'own-properties': ownProperties } } },
    rules: { 'gavel/own-properties': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { sentences: { rules: { compared: comparedSentences } } },
    rules: { 'sentences/compared': 'error' },
  },
  {
    // What people type and outside systems say is read in time that grows with its length, never faster.
    files: ['src/**/*.ts', 'src/**/*.js'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': 'error',
      'regexp/no-super-linear-move': 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        window: 'readonly',
        document: 'readonly',
        process: 'readonly',
        require: 'readonly',
        module: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        EventSource: 'readonly',
        localStorage: 'readonly',
        location: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        history: 'readonly',
        navigator: 'readonly',
        matchMedia: 'readonly',
        HTMLElement: 'readonly',
        Node: 'readonly',
        AdaptiveCards: 'readonly',
        DOMPurify: 'readonly',
        markdownit: 'readonly',
        MutationObserver: 'readonly',
        requestAnimationFrame: 'readonly',
        __dirname: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['sandbox/**/*.js', 'src/playground/page/**/*.js'],
    rules: {
      // Without types every computed key counts, so lists are read with `at` and names in a Map.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[computed=true]:not([property.type="Literal"])',
          message: 'A name that comes from outside finds `__proto__` here. Use a Map, or `at` for a list.',
        },
      ],
    },
  },
);
