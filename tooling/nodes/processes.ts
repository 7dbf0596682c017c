import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { runsFolder } from './paths.ts'

/** A process by number and start time: numbers are used again, the pair is not. */
export interface ProcessId {
  pid: number
  startedAt: string
}

/** What one network has running. Written before anything else is done with a new process. */
export interface Run {
  /** Who started it; when it is gone, the rest is left over. */
  owner: ProcessId
  /** Everything that the network wrote. */
  folder: string
  processes: ProcessId[]
}

/** When a process started, in whatever unit the system has; nothing where it is gone. */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // the command's name, in parentheses, may hold spaces: count the fields after it
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' ? undefined : fields[19]
    } catch {
      return undefined
    }
  }
  const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const text = answer.stdout?.trim()
  return text === undefined || text === '' ? undefined : text
}

export const isRunning = (id: ProcessId): boolean => startTimeOf(id.pid) === id.startedAt

export function identify(pid: number): ProcessId {
  const startedAt = startTimeOf(pid)
  if (startedAt === undefined) throw new Error(`process ${pid} has already ended`)
  return { pid, startedAt }
}

export function writeRun(file: string, run: Run): void {
  mkdirSync(runsFolder(), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(run))
  renameSync(`${file}.new`, file)
}

export function readRun(file: string): Run | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Run
  } catch {
    return undefined
  }
}

/** Kills what a run left behind and removes its folder. Touches nothing that only has the same number. */
export function sweep(file: string): void {
  const run = readRun(file)
  if (run !== undefined) {
    for (const id of run.processes) if (isRunning(id)) process.kill(id.pid, 'SIGKILL')
    // only a folder that this tool made
    if (basename(run.folder).startsWith(FOLDER_PREFIX))
      rmSync(run.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
  rmSync(file, { force: true })
}

export const FOLDER_PREFIX = 'lightning-mcp-nodes-'

/** Removes what networks of dead owners left behind; answers how many. */
export function sweepLeftovers(): number {
  let files: string[]
  try {
    files = readdirSync(runsFolder()).filter((name) => name.endsWith('.json'))
  } catch {
    return 0
  }
  let swept = 0
  for (const name of files) {
    const file = join(runsFolder(), name)
    const run = readRun(file)
    if (run !== undefined && isRunning(run.owner)) continue
    sweep(file)
    swept++
  }
  return swept
}
