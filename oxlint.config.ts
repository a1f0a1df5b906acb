/** The linter's configuration. `rooms.ts` says which room may import which. */
import { roomOverrides } from './rooms.ts'

const config = {
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'promise'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'off' },
  ignorePatterns: ['dist', 'node_modules', 'tools/api-docs', 'test/fixtures/install'],
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/explicit-module-boundary-types': 'error',
    'import/no-default-export': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'no-console': 'error',
    eqeqeq: 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'typescript/consistent-return': 'off'
  },
  overrides: [
    ...roomOverrides(),
    {
      files: [
        'node/**',
        'examples/**',
        'bench/**',
        'tools/**',
        'test/faults/main.ts',
        'test/simulation/*.ts',
        'test/simulation/live/main.ts'
      ],
      rules: { 'no-console': 'off' }
    },
    {
      files: ['oxlint.config.ts', 'node/dashboard/vite.config.ts'],
      rules: { 'import/no-default-export': 'off' }
    },
    // The names of abstract-level's own methods.
    { files: ['test/simulation/disk/*.ts'], rules: { 'no-underscore-dangle': 'off' } },
    {
      files: ['test/**'],
      rules: {
        'typescript/unbound-method': 'off',
        'typescript/no-unsafe-type-assertion': 'off',
        'import/no-named-as-default-member': 'off',
        'unicorn/consistent-function-scoping': 'off'
      }
    }
  ]
}

export default config
