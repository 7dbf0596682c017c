import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const empty = mkdtempSync(join(tmpdir(), 'no-nodes-'))
afterAll(() => rmSync(empty, { recursive: true, force: true }))

const run = (args: readonly string[], env: Record<string, string>) =>
  spawnSync(process.execPath, ['--conditions=development', ...args], {
    encoding: 'utf8',
    // no Go anywhere
    env: { PATH: empty, LIGHTNING_MCP_NODES_CACHE: empty, ...env },
  })

const ask = [
  '--input-type=module',
  '-e',
  `
  const { requireNodes } = await import(${JSON.stringify(join(import.meta.dirname, '..', 'index.ts'))})
  console.log(await requireNodes('a test'))
`,
]

test('without nodes a skip is loud', () => {
  const { stdout, stderr, status } = run(ask, {})
  expect(status).toBe(0)
  expect(stdout).toBe('false\n')
  expect(stderr).toContain('SKIPPED: real LND (a test)')
  expect(stderr).toContain('npm run nodes -- build')
})

test('where nodes are required a skip is a failure', () => {
  const { stderr, status } = run(ask, { LIGHTNING_MCP_REQUIRE: 'all' })
  expect(status).not.toBe(0)
  expect(stderr).toContain('Go is missing')
})

test('a build without Go says so in one line', () => {
  const { stderr, status } = run([join(import.meta.dirname, '..', 'main.ts'), 'build'], {})
  expect(status).toBe(1)
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('Go is missing')])
})

test('help names every command', () => {
  const { stdout, status } = run([join(import.meta.dirname, '..', 'main.ts'), '--help'], {})
  expect(status).toBe(0)
  for (const command of ['start', 'build', 'postgres', 'clean']) expect(stdout).toContain(command)
})
