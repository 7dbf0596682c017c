import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url))

/** Changes with what is installed, so that other versions are another folder. */
const venvFolder = (): string => {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'lightning-mcp', `python-${key}`)
}

const pythonIn = (folder: string): string =>
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')

const run = (command: string, args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 2, 2] })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} ended with ${code}`)),
    )
  })

/** Makes the virtual environment with the Python clients; needs `python3` and PyPI, takes half a minute. */
export const installPythonClients = async (): Promise<string> => {
  const folder = venvFolder()
  const python = pythonIn(folder)
  if (existsSync(python)) return python
  const draft = `${folder}.${process.pid}`
  await mkdir(draft, { recursive: true })
  try {
    await run('python3', ['-m', 'venv', draft])
    await run(pythonIn(draft), ['-m', 'pip', 'install', '--quiet', '--no-input', '-r', requirements])
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // another run may have been quicker
    if (!existsSync(python)) throw error
  }
  return python
}

/**
 * The Python that has the clients, or undefined after saying loudly what is skipped. With
 * `LIGHTNING_MCP_REQUIRE=all` they are installed, and a failure to do so fails the test file.
 */
export const requirePython = async (what: string): Promise<string | undefined> => {
  const python = pythonIn(venvFolder())
  if (existsSync(python)) return python
  if (process.env['LIGHTNING_MCP_REQUIRE'] === 'all') return installPythonClients()
  process.stderr.write(
    `\n${'!'.repeat(80)}\n!! SKIPPED: ${what}. To run it, install the Python clients once (half a minute):\n!!   node --conditions=development tooling/interop/python/install.ts\n${'!'.repeat(80)}\n\n`,
  )
  return undefined
}
