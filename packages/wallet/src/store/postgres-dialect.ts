import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { isAnswer, lostWhileSaving } from './postgres-error.ts'

/** So many different statements are kept prepared on each connection. */
const MAX_STATEMENTS = 200
/** Any number, the same in every version: the first half of the lock that makes transactions run alone. */
const LOCK = 1_279_870_794

export interface PostgresDialectOptions {
  open(): Pool
  /** For how long another process may be in its transaction before a call gives up. */
  busyTimeoutMs: number
  /** Whether its tables are as they stay: a statement that was planned before a column was added fails ever after. */
  isMigrated(): boolean
}

/**
 * Kysely on `pg`, so that a transaction runs alone: each begins with an advisory lock of the schema,
 * and reads what was committed before it got that. Everything is set for the transaction only, which
 * a pooler between here and the server understands.
 */
export function postgresDialect(options: PostgresDialectOptions): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PostgresDriver(options),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

/** A process that stops in the middle of a transaction must not hold the lock for ever: the server ends it. */
const beginning = (busyTimeoutMs: number): string =>
  [
    'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
    `SET LOCAL lock_timeout = ${Math.max(1, Math.trunc(busyTimeoutMs))}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${Math.max(1_000, Math.trunc(busyTimeoutMs))}`,
    // a server that was told not to wait for its disk would lose payments that were answered
    "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)",
    `SELECT pg_advisory_xact_lock(${LOCK}, hashtext(coalesce(current_schema(), '')))`,
  ].join(';')

/** One that only reads sees one moment and waits for nobody. */
const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

class PostgresDriver implements Driver {
  readonly #options: PostgresDialectOptions
  readonly #begin: string
  readonly #names = new Map<string, string>()
  #pool: Pool | undefined

  constructor(options: PostgresDialectOptions) {
    this.#options = options
    this.#begin = beginning(options.busyTimeoutMs)
  }

  async init(): Promise<void> {
    this.#pool = this.#options.open()
    // an idle connection that the server ends is replaced with the next use
    this.#pool.on('error', () => {})
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#pool === undefined) throw new Error('the database is closed')
    return new PostgresConnection(await this.#pool.connect(), this.#names, this.#options.isMigrated)
  }

  async beginTransaction(connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw(accessMode === 'read only' ? SNAPSHOT : this.#begin))
    } catch (error) {
      await this.rollbackTransaction(connection).catch(() => {})
      throw error
    }
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PostgresConnection).commit()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // without the connection the server takes it back by itself
    if (!(connection as PostgresConnection).isLost)
      await connection.executeQuery(CompiledQuery.raw('ROLLBACK'))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ;(connection as PostgresConnection).release()
  }

  async destroy(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    await pool?.end()
  }
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: PoolClient
  readonly #names: Map<string, string>
  readonly #mayPrepare: () => boolean
  readonly #onError = () => {
    this.#lost = true
  }
  #lost = false

  constructor(client: PoolClient, names: Map<string, string>, mayPrepare: () => boolean) {
    this.#client = client
    this.#names = names
    this.#mayPrepare = mayPrepare
    client.on('error', this.#onError)
  }

  /** Whether nothing can be asked on it any more. */
  get isLost(): boolean {
    return this.#lost
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, rowCount } = await this.#ask<R>(sql, parameters)
    return { rows: rows ?? [], numAffectedRows: BigInt(rowCount ?? 0) }
  }

  async commit(): Promise<void> {
    let command: string
    try {
      command = (await this.#ask('COMMIT', [])).command
    } catch (error) {
      throw this.#lost ? lostWhileSaving(error) : error
    }
    // a transaction in which a statement failed is taken back, and COMMIT is answered all the same
    if (command !== 'COMMIT') throw new Error('a statement before had failed, so nothing was saved')
  }

  async #ask<R>(sql: string, parameters: readonly unknown[]) {
    const name = parameters.length === 0 || !this.#mayPrepare() ? undefined : this.#nameOf(sql)
    try {
      return await this.#client.query<R & Record<string, unknown>>(
        name === undefined
          ? { text: sql, values: [...parameters] }
          : { name, text: sql, values: [...parameters] },
      )
    } catch (error) {
      if (!isAnswer(error)) this.#lost = true
      throw error
    }
  }

  /** The server plans a named statement once for each connection. */
  #nameOf(sql: string): string | undefined {
    let name = this.#names.get(sql)
    if (name === undefined && this.#names.size < MAX_STATEMENTS) {
      name = `wallet_${this.#names.size}`
      this.#names.set(sql, name)
    }
    return name
  }

  // biome-ignore lint/correctness/useYield: nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not used')
  }

  release(): void {
    this.#client.off('error', this.#onError)
    this.#client.release(this.#lost)
  }
}
