import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude:
      process.env['SEKISHO_REQUIRE_ALL'] === '1' || process.env['SEKISHO_LAB'] === '1'
        ? ['**/node_modules/**']
        : ['**/node_modules/**', 'test/lab/**'],
    // A loaded machine is slow, and a hook may build the program or wait for another worker that does.
    testTimeout: 120_000,
    hookTimeout: 600_000,
    pool: 'forks',
    coverage: { provider: 'v8', include: ['domain/**', 'projections/**'], thresholds: { lines: 90, branches: 80 } },
  },
});
