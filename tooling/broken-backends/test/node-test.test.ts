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
  expect(stdout).toMatch(/^# skipped 0$/m)
  const passed = Number(/by node:test: (\d+) passed/.exec(stderr)?.[1])
  expect(passed).toBeGreaterThan(100)
  // and the last one, which accounts for them
  expect(stdout).toMatch(new RegExp(`^# pass ${passed + 1}$`, 'm'))
}, 60_000)
