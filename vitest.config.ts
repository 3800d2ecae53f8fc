import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude:
      process.env['SEKISHO_REQUIRE_ALL'] === '1' || process.env['SEKISHO_LAB'] === '1'
        ? ['**/node_modules/**']
        : ['**/node_modules/**', 'test/lab/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    coverage: { provider: 'v8', include: ['domain/**', 'projections/**'], thresholds: { lines: 90, branches: 80 } },
  },
});
