import type { LightningError } from '@lightning-mcp/core'
import type { Dialect, Kysely } from 'kysely'
import type { GroupCommit } from './group-commit.ts'
import type { Dialect as MigrationDialect } from './migrations.ts'
import type { Database } from './schema.ts'
import type { StoreReader, StoreWriter, WalletStore } from './wallet-store.ts'

/** An open database, its schema up to date. */
export interface Opened {
  db: Kysely<Database>
  group: GroupCommit<StoreWriter>
  /** Answers questions outside of a transaction. */
  reader: StoreReader
  /** Answers questions in the transaction `db`. */
  readerOf: (db: Kysely<Database>) => StoreReader
}

export interface KyselyStoreOptions {
  /** Tried again with the next call where it fails. */
  connect(): Promise<Opened>
  /** A fault of the database in words. */
  describe(cause: unknown): LightningError
}

/** A store on any database that Kysely knows. Nothing is loaded or opened before the first use. */
export function kyselyStore({ connect, describe }: KyselyStoreOptions): WalletStore {
  let opening: Promise<Opened> | undefined
  let closed = false
  const underWay = new Set<Promise<unknown>>()

  const opened = (): Promise<Opened> => {
    if (closed) return Promise.reject(new Error('the store is closed'))
    opening ??= connect().catch((error) => {
      opening = undefined
      throw error
    })
    return opening
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    const doing = work()
    underWay.add(doing)
    try {
      return await doing
    } catch (error) {
      throw describe(error)
    } finally {
      underWay.delete(doing)
    }
  }

  return {
    open: () =>
      guarded(async () => {
        await opened()
      }),
    read: (work) =>
      guarded(async () => {
        const { reader } = await opened()
        return work(reader)
      }),
    transaction: (work) =>
      guarded(async () => {
        const { group } = await opened()
        return group.run(work)
      }),
    snapshot: (work) =>
      guarded(async () => {
        const { db, readerOf } = await opened()
        const moment = db.transaction().setAccessMode('read only')
        return moment.execute((trx) => work(readerOf(trx)))
      }),
    async close() {
      closed = true
      const last = await opening?.catch(() => undefined)
      await Promise.allSettled(underWay)
      await last?.group.idle()
      await last?.db.destroy()
    },
  }
}

/** The parts that every such store loads at its first use, and its migrations. `check` may refuse the database before. */
export async function openDatabase(
  name: MigrationDialect,
  dialect: Dialect,
  check: (db: Kysely<Database>) => Promise<void> = async () => {},
): Promise<Opened> {
  const [
    { Kysely },
    { migrate },
    { kyselyWriter },
    { GroupCommit },
    { GroupMemory },
    { Statements },
    { writeRows },
  ] = await Promise.all([
    import('kysely'),
    import('./migrations.ts'),
    import('./kysely-writer.ts'),
    import('./group-commit.ts'),
    import('./group-memory.ts'),
    import('./statements.ts'),
    import('./write-rows.ts'),
  ])
  const db = new Kysely<Database>({ dialect })
  try {
    await db.transaction().execute(async (transaction) => {
      await check(transaction)
      await migrate(transaction, name)
    })
  } catch (error) {
    await db.destroy().catch(() => {})
    throw error
  }
  const statements = new Statements()
  const readerOf = (on: Kysely<Database>) => kyselyWriter({ db: on, statements, memory: undefined })
  const group = new GroupCommit<StoreWriter>(db, (transaction) => {
    const memory = new GroupMemory((table, rows) => writeRows(transaction, statements, table, rows))
    return { db: transaction, memory, writer: kyselyWriter({ db: transaction, statements, memory }) }
  })
  return { db, group, reader: readerOf(db), readerOf }
}
