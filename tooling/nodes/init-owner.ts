import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../apps/stdio/src/main.ts', import.meta.url))
const PASSPHRASE = 'for tests and benches only'

/**
 * What the owner of a real wallet does before it may spend: `lightning-mcp owner init` with the server's
 * own settings, which must name a data folder and an `--owner-dir` of this run.
 */
export async function initOwner(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=development',
      '--disable-warning=ExperimentalWarning',
      MAIN,
      'owner',
      'init',
      '--passphrase-file=-',
      ...args,
    ],
    {
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  )
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(PASSPHRASE)
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`owner init ended with ${code}: ${stderr}`)
}
