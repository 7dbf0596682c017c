import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Starts a Node program from the workspace's sources. */
export const startNode = (
  file: string,
  args: readonly string[] = [],
  options: { env?: NodeJS.ProcessEnv; conditions?: boolean; stdio?: 'pipe' | 'inherit' } = {},
): ChildProcess =>
  spawn(
    process.execPath,
    [
      ...(options.conditions === false
        ? []
        : ['--conditions=development', '--disable-warning=ExperimentalWarning']),
      join(root, file),
      ...args,
    ],
    { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  )

/** The first part of a child's output that matches, or an error with what it said instead. */
export const waitForOutput = (
  child: ChildProcess,
  stream: 'stdout' | 'stderr',
  pattern: RegExp,
): Promise<RegExpMatchArray> =>
  new Promise((resolve, reject) => {
    let seen = ''
    const timer = setTimeout(() => reject(new Error(`no ${pattern} in: ${seen.slice(-2000)}`)), 60_000)
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${seen.slice(-2000)}`)))
    child[stream]?.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      const match = seen.match(pattern)
      if (match !== null) {
        clearTimeout(timer)
        resolve(match)
      }
    })
  })

export const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })

const TICKS_PER_SECOND = 100

/** CPU seconds that a process has used so far (Linux only; elsewhere undefined). */
export const cpuSeconds = (pid: number | undefined): number | undefined => {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return undefined
  const fields = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Resident memory in bytes (Linux only). */
export const residentBytes = (pid: number | undefined): number | undefined => {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return undefined
  const kilobytes = readFileSync(file, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}
