import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../apps/stdio/src/main.ts', import.meta.url))
const PASSPHRASE = 'for tests and benches only'

type Environment = Readonly<Record<string, string>>

/**
 * What the owner of a real wallet does before it may spend: `lightning-mcp owner init` with the server's
 * own settings, which must name a data folder and an `--owner-dir` of this run.
 */
export const initOwner = (args: readonly string[], env: Environment = {}): Promise<void> =>
  runOwner(['init', '--passphrase-file=-', ...args], env)

/** `lightning-mcp owner policy set`, after {@link initOwner}. */
export async function setPolicy(
  policy: object,
  args: readonly string[],
  env: Environment = {},
): Promise<void> {
  const file = join(tmpdir(), `policy-${process.pid}-${performance.now()}.json`)
  await writeFile(file, JSON.stringify(policy))
  try {
    await runOwner(['policy', 'set', file, '--passphrase-file=-', ...args], env)
  } finally {
    await rm(file)
  }
}

/** `lightning-mcp approvals approve`, after {@link initOwner}. */
export const approvePayment = (
  approvalId: string,
  args: readonly string[],
  env: Environment = {},
): Promise<void> => runOwner(['approvals', 'approve', approvalId, '--passphrase-file=-', ...args], env)

async function runOwner(words: readonly string[], env: Environment): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--conditions=development', '--disable-warning=ExperimentalWarning', MAIN, 'owner', ...words],
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
  if (code !== 0) throw new Error(`owner ${words[0]} ended with ${code}: ${stderr}`)
}
