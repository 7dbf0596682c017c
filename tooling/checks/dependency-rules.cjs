// Who may import whom (DESIGN section 2). The table is the truth; rules are made from it, and each
// rule has a fixture in fixtures/<rule name> that breaks it (see test/dependency-rules.test.ts).

/** Folder below packages/ → the folders that its sources may import. */
const ALLOWED = {
  core: [],
  codec: ['core'],
  layers: ['core', 'codec'],
  'backend-testkit': ['core', 'codec'],
  wallet: ['core', 'codec'],
  destinations: ['core', 'codec'],
  config: ['core', 'codec', 'wallet'],
  mcp: ['wallet', 'destinations', 'core', 'codec'],
  runtime: ['config', 'layers', 'wallet', 'destinations', 'mcp', 'core', 'codec'],
}

const WORKSPACE = '^(packages|apps|tooling|examples)/'
const packagePath = (name) => `^packages/${name}/`

const packageRules = Object.entries(ALLOWED).map(([name, allowed]) => ({
  name: `${name}-imports`,
  severity: 'error',
  comment: `packages/${name} may import ${allowed.length === 0 ? 'nothing' : allowed.join(', ')} of the workspace`,
  from: { path: `^packages/${name}/src/` },
  to: {
    path: WORKSPACE,
    pathNot: [
      packagePath(name),
      ...allowed.map(packagePath),
      ...(name === 'config' ? ['^packages/backends/'] : []),
    ],
  },
}))

module.exports = {
  forbidden: [
    ...packageRules,
    {
      name: 'backend-imports',
      severity: 'error',
      comment: 'a backend may import core and codec, and no other backend',
      from: { path: '^packages/backends/([^/]+)/src/' },
      to: { path: WORKSPACE, pathNot: ['^packages/(core|codec)/', '^packages/backends/$1/'] },
    },
    {
      name: 'config-loads-backends-dynamically',
      severity: 'error',
      comment: 'a backend costs start-up time: config may only import() it',
      from: { path: '^packages/config/src/' },
      to: { path: '^packages/backends/', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'core has no dependencies and no I/O',
      from: { path: '^packages/core/src/' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
      },
    },
    {
      name: 'spending-only-through-the-wallet',
      severity: 'error',
      comment: 'mcp and the apps get a Wallet; they never hold a backend or a layer around one',
      from: { path: '^(packages/mcp|apps/[^/]+)/src/' },
      to: { path: '^packages/(backends|layers)/' },
    },
    {
      name: 'mcp-sdk-only-in-the-face',
      severity: 'error',
      comment: 'only mcp and the apps know the MCP SDK',
      from: { path: '^packages/', pathNot: '^packages/mcp/|/test/' },
      to: { path: '@modelcontextprotocol' },
    },
    {
      name: 'sources-use-declared-dependencies',
      severity: 'error',
      comment: 'what a published source imports stands in its dependencies',
      from: { path: '^(packages|apps)/.+/src/', pathNot: '^apps/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'a cycle of value imports makes load order matter',
      from: { path: WORKSPACE },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      comment: 'an import that cannot be resolved would pass every other rule silently',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.cache)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['development', 'import', 'default', 'types', 'node'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
}
