import { closeSync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { LightningError } from '@lightning-mcp/core'
import type { Kysely } from 'kysely'
import type { GroupCommit } from './group-commit.ts'
import type { Database } from './schema.ts'
import { storeError } from './store-error.ts'
import type { StoreReader, StoreWriter, WalletStore } from './wallet-store.ts'

export interface SqliteStoreOptions {
  /** The file, made when it is not there; its folder must exist. `:memory:` keeps nothing. */
  path: string
  /** For how long another process may hold the file before a call gives up. Default 10 s. */
  busyTimeoutMs?: number
}

const MAX_BUSY_PAUSE_MS = 40

/**
 * The embedded store: one SQLite file in WAL mode, each commit on disk before it counts, safe for
 * several processes. Nothing is loaded or opened before the first use.
 */
export function openSqliteStore({ path, busyTimeoutMs = 10_000 }: SqliteStoreOptions): WalletStore {
  return sqliteStore((DatabaseSync) => {
    keepPrivate(path)
    return new DatabaseSync(path)
  }, busyTimeoutMs)
}

type OpenDatabase = (type: typeof DatabaseSync) => DatabaseSync

/** The same on a database that the caller opens. */
export function sqliteStore(openDatabase: OpenDatabase, busyTimeoutMs: number): WalletStore {
  let opening: Promise<Opened> | undefined
  let closed = false

  const opened = (): Promise<Opened> => {
    if (closed) return Promise.reject(new Error('the store is closed'))
    opening ??= connect(openDatabase, busyTimeoutMs).catch((error) => {
      opening = undefined
      throw error
    })
    return opening
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw storeError(error)
    }
  }

  return {
    open: () =>
      guarded(async () => {
        await opened()
      }),
    read: (work) =>
      guarded(async () => {
        const { db, writer } = await opened()
        return work(writer(db))
      }),
    transaction: (work) =>
      guarded(async () => {
        const { group, writer } = await opened()
        return group.run((trx) => work(writer(trx)))
      }),
    async close() {
      closed = true
      const last = await opening?.catch(() => undefined)
      await last?.group.idle()
      await last?.db.destroy()
    },
  }
}

/** Payments are nobody else's business: the file is made for its owner alone. What is wrong with it SQLite says better. */
function keepPrivate(path: string): void {
  if (path === ':memory:') return
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch {}
}

interface Opened {
  db: Kysely<Database>
  group: GroupCommit
  writer: (db: Kysely<Database>) => StoreReader & StoreWriter
}

async function connect(openDatabase: OpenDatabase, busyTimeoutMs: number): Promise<Opened> {
  // here and not above: a server answers `tools/list` without paying for the database
  const [{ DatabaseSync }, { Kysely }, { sqliteDialect }, { migrate }, { kyselyWriter }, { GroupCommit }] =
    await Promise.all([
      import('node:sqlite'),
      import('kysely'),
      import('./sqlite-dialect.ts'),
      import('./migrations.ts'),
      import('./kysely-writer.ts'),
      import('./group-commit.ts'),
    ])
  const tries = Math.max(1, Math.ceil(busyTimeoutMs / (MAX_BUSY_PAUSE_MS / 2)))
  const db = new Kysely<Database>({
    dialect: sqliteDialect({
      open: () => openDatabase(DatabaseSync),
      async waitWhileBusy(tried) {
        if (tried >= tries)
          throw new LightningError({
            code: 'unavailable',
            message: "the wallet's database cannot be used: another process keeps it locked",
            hint: 'Find what holds the file (a backup, another program), then try again.',
          })
        // uneven, so that two processes do not go on meeting
        await delay(1 + Math.random() * Math.min(MAX_BUSY_PAUSE_MS, 2 ** Math.min(tried, 6)))
      },
    }),
  })
  try {
    await db.transaction().execute((transaction) => migrate(transaction, 'sqlite'))
  } catch (error) {
    await db.destroy().catch(() => {})
    throw error
  }
  return { db, group: new GroupCommit(db), writer: kyselyWriter }
}
