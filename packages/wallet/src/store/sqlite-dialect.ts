import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type LimitNode,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
  ValueNode,
} from 'kysely'

/** How long one try may block the event loop while another process writes; then it waits outside. */
const BUSY_TIMEOUT_MS = 2
const MAX_STATEMENTS = 200
// `StatementSync.columns()` would tell, and is missing before Node 22.16
const ANSWERS_ROWS = /^\s*(select|with|pragma|explain)\b|\breturning\b/i
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6

export interface SqliteDialectOptions {
  open(): DatabaseSync
  /** Called before and after each commit; throws where it would be for nothing. */
  assertInPlace(): void
  /** Waits before the next try; rejects once it has been too long. */
  waitWhileBusy(tries: number): Promise<void>
}

/**
 * Kysely on `node:sqlite`. One connection, handed out to one user at a time; a transaction begins
 * as `IMMEDIATE`, so that what it reads cannot be changed by another process before it writes.
 */
export function sqliteDialect(options: SqliteDialectOptions): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new NodeSqliteDriver(options),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new LiteralLimitCompiler(),
  }
}

/**
 * Writes limits out: SQLite plans by them, so that a bound one makes it prepare the statement again at
 * each run, which takes ten times as long as the run itself.
 */
class LiteralLimitCompiler extends SqliteQueryCompiler {
  protected override visitLimit({ limit }: LimitNode): void {
    this.append('limit ')
    if (ValueNode.is(limit) && Number.isSafeInteger(limit.value)) this.append(String(limit.value))
    else this.visitNode(limit)
  }
}

class NodeSqliteDriver implements Driver {
  readonly #options: SqliteDialectOptions
  #connection: NodeSqliteConnection | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(options: SqliteDialectOptions) {
    this.#options = options
  }

  async init(): Promise<void> {
    const database = this.#options.open()
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    this.#connection = new NodeSqliteConnection(database, this.#options.waitWhileBusy)
    try {
      // changing the journal mode needs the file for itself for a moment
      for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'])
        await this.#connection.executeQuery(CompiledQuery.raw(`PRAGMA ${pragma}`))
    } catch (error) {
      this.#connection.close()
      this.#connection = undefined
      throw error
    }
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#turn
    let free = () => {}
    this.#turn = new Promise((resolve) => {
      free = resolve
    })
    await before
    const connection = this.#connection
    if (connection === undefined) {
      free()
      throw new Error('the database is closed')
    }
    connection.free = free
    return connection
  }

  async beginTransaction(connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    // one that only reads sees one moment and keeps nobody from writing
    const begin = accessMode === 'read only' ? 'BEGIN' : 'BEGIN IMMEDIATE'
    await connection.executeQuery(CompiledQuery.raw(begin))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    this.#options.assertInPlace()
    await connection.executeQuery(CompiledQuery.raw('COMMIT'))
    this.#options.assertInPlace()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('ROLLBACK'))
    } catch (error) {
      // some faults (a full disk) have already rolled back by themselves
      if (!String(error).includes('no transaction is active')) throw error
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ;(connection as NodeSqliteConnection).free()
  }

  async destroy(): Promise<void> {
    await this.#turn
    this.#connection?.close()
    this.#connection = undefined
  }
}

interface Prepared {
  statement: StatementSync
  /** Answers rows. */
  reads: boolean
}

class NodeSqliteConnection implements DatabaseConnection {
  free: () => void = () => {}
  readonly #database: DatabaseSync
  readonly #waitWhileBusy: (tries: number) => Promise<void>
  readonly #statements = new Map<string, Prepared>()

  constructor(database: DatabaseSync, waitWhileBusy: (tries: number) => Promise<void>) {
    this.#database = database
    this.#waitWhileBusy = waitWhileBusy
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    for (let tries = 0; ; tries++) {
      try {
        return this.#run<R>(query)
      } catch (error) {
        const code = Number((error as { errcode?: number }).errcode ?? 0) & 0xff
        if (code !== SQLITE_BUSY && code !== SQLITE_LOCKED) throw error
        await this.#waitWhileBusy(tries)
      }
    }
  }

  #run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const { statement, reads } = this.#statement(sql)
    const values = parameters as (string | bigint | null)[]
    if (reads) return { rows: statement.all(...values) as R[] }
    const { changes } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes) }
  }

  #statement(sql: string): Prepared {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    statement.setReadBigInts(true)
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear()
    const prepared = { statement, reads: ANSWERS_ROWS.test(sql) }
    this.#statements.set(sql, prepared)
    return prepared
  }

  // biome-ignore lint/correctness/useYield: nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not used')
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}
