import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A script of this package in a process of its own. */
export interface StartedProcess {
  /** The next line that it prints, as JSON. */
  line(): Promise<Record<string, unknown>>
  /** Ends it without a word, and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** What it said on stderr, once it has ended by itself. */
  ended(): Promise<{ code: number | null; stderr: string }>
}

export function startProcess(script: string, ...args: readonly string[]): StartedProcess {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=development', '--disable-warning=ExperimentalWarning', file, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const closed = once(child, 'close')
  return {
    async line() {
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`${script} ended: ${stderr}`)
      return JSON.parse(value) as Record<string, unknown>
    },
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      await closed
    },
    async ended() {
      const [code] = (await closed) as [number | null]
      return { code, stderr }
    },
  }
}
