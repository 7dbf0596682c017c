import { statSync } from 'node:fs'
import { LightningError } from '@lightning-mcp/core'

/**
 * SQLite goes on writing into a file that was deleted or replaced, and all of it would be gone with the
 * program: a payment on record only there could be made again. So each commit looks whether what it
 * writes still lies where it was opened.
 */
export class FileGuard {
  readonly #path: string
  readonly #seen = new Map<string, bigint>()

  constructor(path: string) {
    this.#path = path
  }

  /** Throws where the database or its log is another file than at the first look, or none. */
  assertInPlace(): void {
    if (this.#path === ':memory:') return
    for (const path of [this.#path, `${this.#path}-wal`]) {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
      const seen = this.#seen.get(path)
      if (seen === found && found !== undefined) continue
      if (seen === undefined && (found !== undefined || path !== this.#path)) {
        // a disk that cannot have a log file beside has none, and is as safe
        if (found !== undefined) this.#seen.set(path, found)
        continue
      }
      throw new LightningError({
        code: 'unavailable',
        message:
          "the wallet's database cannot be used: its file was removed or replaced while the program ran",
        hint: 'Stop the program, put the data folder back as it was, and start again; do not start with an empty one.',
      })
    }
  }
}
