import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { identify, type ProcessId } from './processes.ts'

/** Tells whoever keeps the run's record about processes as they come and go. */
export interface ProcessBook {
  add(id: ProcessId): void
  remove(id: ProcessId): void
}

/** One program that runs until it is told to stop. */
export interface Daemon {
  readonly pid: number
  readonly running: boolean
  readonly exited: Promise<void>
  /** Its last words, for error messages. */
  logTail(): string
  /** Asks it to end; after `graceMs` it is killed. */
  stop(graceMs?: number): Promise<void>
  /** Sends a signal on which it ends, and waits until it has. */
  end(signal: NodeJS.Signals): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

export function startDaemon(
  command: string,
  args: readonly string[],
  logFile: string,
  book: ProcessBook,
  /** Another user to run as, where this one is root. */
  user: { uid?: number; gid?: number } = {},
): Daemon {
  const log = openSync(logFile, 'a')
  // detached: a Ctrl-C at the terminal reaches us alone, and we stop the daemons in order
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    ...user,
  })
  closeSync(log)
  const pid = child.pid
  const exited = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve())
    child.once('error', reject)
  })
  exited.catch(() => {})
  if (pid === undefined) throw new Error(`cannot run ${command}`)
  const id = identify(pid)
  book.add(id)
  exited.finally(() => book.remove(id)).catch(() => {})
  child.unref()

  const isUp = (): boolean => child.exitCode === null && child.signalCode === null
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isUp()) child.kill(signal)
    child.ref()
    await exited
  }
  return {
    pid,
    get running() {
      return isUp()
    },
    exited,
    logTail: () => {
      try {
        return readFileSync(logFile, 'utf8').split('\n').slice(-12).join('\n')
      } catch {
        return ''
      }
    },
    stop: async (graceMs = 15_000) => {
      const impatient = setTimeout(() => child.kill('SIGKILL'), graceMs)
      try {
        await end('SIGTERM')
      } finally {
        clearTimeout(impatient)
      }
    },
    end,
    kill: () => end('SIGKILL'),
  }
}
