import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseOptions, type IForbiddenRuleType } from 'dependency-cruiser'
import { afterAll, describe, expect, test } from 'vitest'

const rules = createRequire(import.meta.url)('../dependency-rules.cjs') as {
  forbidden: (IForbiddenRuleType & { name: string })[]
  options: ICruiseOptions
}

type Files = Record<string, string>

const target = (path: string): Files => ({ [path]: 'export const x = 1\n' })
const importing = (from: string, to: string): Files => {
  const depth = dirname(from).split('/').length
  return { [from]: `import { x } from '${'../'.repeat(depth)}${to}'\nexport const y = x\n`, ...target(to) }
}
const npmPackage = (name: string): Files => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: 'module.exports = {}\n',
})

/** For each rule, a small tree that breaks it and nothing else. */
const FIXTURES: Record<string, Files> = {
  'core-imports': importing('packages/core/src/a.ts', 'packages/codec/src/b.ts'),
  'codec-imports': importing('packages/codec/src/a.ts', 'packages/wallet/src/b.ts'),
  'layers-imports': importing('packages/layers/src/a.ts', 'packages/wallet/src/b.ts'),
  'backend-testkit-imports': importing(
    'packages/backend-testkit/src/a.ts',
    'packages/backends/simulator/src/b.ts',
  ),
  'wallet-imports': importing('packages/wallet/src/a.ts', 'packages/backends/lnd/src/b.ts'),
  'destinations-imports': importing('packages/destinations/src/a.ts', 'packages/wallet/src/b.ts'),
  'config-imports': importing('packages/config/src/a.ts', 'packages/mcp/src/b.ts'),
  'mcp-imports': importing('packages/mcp/src/a.ts', 'packages/config/src/b.ts'),
  'runtime-imports': importing('packages/runtime/src/a.ts', 'packages/backend-testkit/src/b.ts'),
  'backend-imports': importing('packages/backends/lnd/src/a.ts', 'packages/backends/simulator/src/b.ts'),
  'config-loads-backends-dynamically': importing(
    'packages/config/src/a.ts',
    'packages/backends/lnd/src/b.ts',
  ),
  'core-is-pure': {
    'packages/core/src/a.ts': "import { readFileSync } from 'node:fs'\nexport const y = readFileSync\n",
  },
  'spending-only-through-the-wallet': importing('apps/stdio/src/a.ts', 'packages/backends/lnd/src/b.ts'),
  'mcp-sdk-only-in-the-face': {
    'packages/wallet/src/a.ts':
      "import { McpServer } from '@modelcontextprotocol/server'\nexport const y = McpServer\n",
    'packages/wallet/package.json': JSON.stringify({
      name: 'wallet',
      dependencies: { '@modelcontextprotocol/server': '1.0.0' },
    }),
    ...npmPackage('@modelcontextprotocol/server'),
  },
  'sources-use-declared-dependencies': {
    'packages/wallet/src/a.ts': "import left from 'left'\nexport const y = left\n",
    'packages/wallet/package.json': JSON.stringify({ name: 'wallet', devDependencies: { left: '1.0.0' } }),
    'package.json': JSON.stringify({ name: 'root', devDependencies: { left: '1.0.0' } }),
    ...npmPackage('left'),
  },
  'no-circular': {
    'packages/core/src/a.ts': "import { b } from './b.ts'\nexport const a: number = b\n",
    'packages/core/src/b.ts': "import { a } from './a.ts'\nexport const b: number = a\n",
  },
  'not-to-unresolvable': {
    'packages/core/src/a.ts': "import { b } from './missing.ts'\nexport const a = b\n",
  },
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const violations = async (files: Files): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'dependency-rules-'))
  folders.push(folder)
  for (const [path, content] of Object.entries({ 'package.json': '{"name":"root"}', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const sources = Object.keys(files).filter((path) => path.endsWith('.ts'))
  const result = await cruise(sources, {
    ...rules.options,
    baseDir: folder,
    ruleSet: { forbidden: rules.forbidden },
    validate: true,
  })
  if (typeof result.output === 'string') throw new Error(result.output)
  return result.output.summary.violations.map((violation) => violation.rule.name)
}

describe('dependency rules', () => {
  test('every rule has a fixture', () => {
    expect(Object.keys(FIXTURES).sort()).toEqual(rules.forbidden.map((rule) => rule.name).sort())
  })

  test.each(Object.keys(FIXTURES))('%s catches its fixture', async (name) => {
    expect(await violations(FIXTURES[name] as Files)).toContain(name)
  })

  test('an allowed import passes', async () => {
    expect(await violations(importing('packages/wallet/src/a.ts', 'packages/core/src/b.ts'))).toEqual([])
  })

  test('a dynamic import of a backend from config passes', async () => {
    const files = {
      'packages/config/src/a.ts': "export const load = () => import('../../backends/lnd/src/b.ts')\n",
      ...target('packages/backends/lnd/src/b.ts'),
    }
    expect(await violations(files)).toEqual([])
  })
})
