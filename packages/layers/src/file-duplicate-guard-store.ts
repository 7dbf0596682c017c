import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuplicateGuardStore, GuardKey, GuardState } from './duplicate-guard-store.ts'

const STATES: readonly GuardState[] = ['open', 'settled', 'failed']

/**
 * Keeps one small file for each attempt in a folder (mode 0700). The file system decides who was
 * first, so several processes may share the folder; it must be on a local disk.
 */
export function openFileDuplicateGuardStore(options: { folder: string }): DuplicateGuardStore {
  const { folder } = options
  const fileOf = ({ wallet, paymentHash }: GuardKey, attempt: number): string => {
    const walletDigest = createHash('sha256').update(wallet).digest('hex').slice(0, 16)
    return join(folder, walletDigest, `${paymentHash}.${attempt}`)
  }
  return {
    async get(key) {
      for (let attempt = 1, latest: GuardState | undefined; ; attempt++) {
        const state = await readState(fileOf(key, attempt))
        if (state === undefined)
          return latest === undefined ? undefined : { attempt: attempt - 1, state: latest }
        latest = state
      }
    },
    async claim(key, attempt) {
      const file = fileOf(key, attempt)
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      try {
        await writeDurably(file, 'open', 'wx')
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
        throw error
      }
    },
    async finish(key, attempt, state) {
      const file = fileOf(key, attempt)
      await writeDurably(`${file}.new`, state, 'w')
      await rename(`${file}.new`, file)
      await syncFolder(dirname(file))
    },
  }
}

/** A file that a crash left empty was claimed: it counts as open. */
async function readState(file: string): Promise<GuardState | undefined> {
  try {
    const text = await readFile(file, 'utf8')
    return STATES.find((state) => state === text) ?? 'open'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function writeDurably(file: string, text: GuardState, flags: 'w' | 'wx'): Promise<void> {
  const handle = await open(file, flags, 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncFolder(dirname(file))
}

/** Without it a power cut may forget that the file was made. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
