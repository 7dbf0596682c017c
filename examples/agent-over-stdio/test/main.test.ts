import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the example asserts its own result', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=development',
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('../main.ts', import.meta.url)),
    ],
    { timeout: 60_000 },
  )
  expect(stdout).toMatch(/^ok: /m)
}, 60_000)
