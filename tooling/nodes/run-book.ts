import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessBook } from './daemon.ts'
import { runsFolder, workFolder } from './paths.ts'
import { FOLDER_PREFIX, identify, type Run, writeRun } from './processes.ts'

export interface RunBook extends ProcessBook {
  /** Everything that the run writes lies here. */
  readonly folder: string
  /** Removes the folder; whatever runs must have been stopped. */
  close(): void
}

/** The record of what one owner runs: who started it, where, what. A guardian process acts on it when we die. */
export function openRunBook(parentFolder = workFolder()): RunBook {
  const run: Run = {
    owner: identify(process.pid),
    folder: mkdtempSync(join(parentFolder, FOLDER_PREFIX)),
    processes: [],
  }
  const file = join(runsFolder(), `${process.pid}-${randomBytes(4).toString('hex')}.json`)
  writeRun(file, run)
  const guardian = spawn(process.execPath, [join(import.meta.dirname, 'guardian.ts'), file], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guardian.on('error', () => {})
  guardian.unref()
  ;(guardian.stdin as unknown as { unref?: () => void } | null)?.unref?.()
  let open = true
  return {
    folder: run.folder,
    add: (id) => {
      run.processes.push(id)
      writeRun(file, run)
    },
    remove: (id) => {
      run.processes = run.processes.filter(
        ({ pid, startedAt }) => pid !== id.pid || startedAt !== id.startedAt,
      )
      if (open) writeRun(file, run)
    },
    close: () => {
      open = false
      rmSync(run.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
      rmSync(file, { force: true })
      guardian.stdin?.end()
    },
  }
}
