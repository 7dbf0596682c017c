import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const file = join(import.meta.dirname, 'fixtures', 'conformance-by-node-test.ts')

test('the kit runs under node:test as well', async () => {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  const options = ['--conditions=development', '--disable-warning=ExperimentalWarning', '--test-reporter=tap']
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...options, file], { env })
  expect(stdout).toMatch(/^# fail 0$/m)
  expect(stdout).toMatch(/^# pass 74$/m)
  expect(stdout).toMatch(/^# skipped 0$/m)
  expect(stderr).toContain('by node:test: 73 passed')
}, 60_000)
