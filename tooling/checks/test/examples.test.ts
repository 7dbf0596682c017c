import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const examples = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'examples')
const programs = readdirSync(examples)
  .map((name) => join(examples, name, 'main.ts'))
  .filter((program) => existsSync(program))

describe('examples', () => {
  test.each(programs)('%s asserts its own result', { timeout: 60_000 }, async (program) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=development', '--disable-warning=ExperimentalWarning', program],
      { timeout: 60_000 },
    )
    expect(stdout).toMatch(/^ok: /m)
  })

  test('there are examples to run', () => {
    expect(programs.length).toBeGreaterThanOrEqual(3)
  })
})
