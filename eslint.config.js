import tseslint from 'typescript-eslint';

// Purity by name: what the pure folders may not even mention. Effects arrive through domain/ports.ts.
const IMPURE_GLOBALS = [
  'Date',
  'process',
  'console',
  'Buffer',
  'fetch',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'performance',
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.bench/', '.lab/', '**/*.js', '**/*.mjs', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/array-type': ['error', { default: 'generic' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'fp-ts', message: 'Import fp-ts/lib/<Module>.js.' },
            { name: 'fp-ts/Either', message: 'Import fp-ts/lib/Either.js.' },
          ],
          patterns: [
            { group: ['fp-ts/es6/*', 'io-ts/lib/*', 'io-ts/es6/*'], message: 'Import fp-ts/lib/<Module>.js or io-ts.' },
          ],
        },
      ],
    },
  },
  {
    files: ['domain/**/*.ts', 'projections/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness arrives through the Random port.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ThrowStatement', message: 'Expected failures are Left values.' },
        { selector: 'ClassDeclaration', message: 'Plain records and functions.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
