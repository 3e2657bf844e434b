import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const LABORATORIES = ['biodiversity', 'genomics', 'environment', 'fisheries', 'aquaculture'];

export default tseslint.config(
  { ignores: ['*/lib/', '*/labextension/', '*/style/', 'node_modules/', '*/src/wire.ts', 'core/src/viewWire.ts'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // Numbers read well in a template.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `onClick={() => open(true)}` says what happens.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }]
    }
  },
  {
    // A laboratory stands on the core and on JupyterLab, never on another laboratory.
    files: LABORATORIES.map(slug => `${slug}/src/**`),
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@bluecloud/*', '!@bluecloud/core'] }, { group: ['../../*'] }] }
      ]
    }
  },
  {
    files: ['core/src/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['@bluecloud/*'] }] }] }
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' }
  },
  { files: ['*.js', '*.mts'], extends: [tseslint.configs.disableTypeChecked] }
);
