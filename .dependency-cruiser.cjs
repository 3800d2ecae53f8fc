/** Who may import whom. test/architecture.test.ts plants a violation of each rule and expects it to be found. */
module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment: 'The domain imports fp-ts, io-ts and itself only; everything else arrives through ports.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: '^(domain/|node_modules/(fp-ts|io-ts)/)' },
    },
    {
      name: 'projections-are-pure',
      severity: 'error',
      from: { path: '^projections/' },
      to: { pathNot: '^(domain/|projections/|node_modules/(fp-ts|io-ts)/)' },
    },
    {
      name: 'adapters-do-not-know-each-other',
      comment: 'Only the surfaces (http, cli, demo, agent) and the composition (authority, main) put adapters together.',
      severity: 'error',
      from: { path: '^adapters/[^/]+/', pathNot: '^adapters/(http|cli|demo|agent|authority|web/dom)/' },
      to: { path: '^adapters/(http|cli|demo|agent)/|^adapters/main' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'product-without-tests', severity: 'error', from: { path: '^(domain|projections|adapters)/' }, to: { path: '^test/' } },
    { name: 'only-declared-packages', severity: 'error', from: {}, to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-packages-in-the-product',
      severity: 'error',
      from: { path: '^(domain|projections|adapters)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '^node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'], extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
