import { LightningError } from '@lightning-mcp/core'
import type { Kysely } from 'kysely'
import { kyselyStore, type Opened, openDatabase } from './kysely-store.ts'
import { postgresError } from './postgres-error.ts'
import type { Database } from './schema.ts'
import type { WalletStore } from './wallet-store.ts'

export interface PostgresStoreOptions {
  /**
   * `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`. Holds a secret: never logged,
   * never part of an error.
   */
  connectionString: string
  /** For how long another replica may be in its transaction before a call gives up. Default 10 s. */
  busyTimeoutMs?: number
}

/** One for the transactions, which run one after another anyway; the others read meanwhile. */
const MAX_CONNECTIONS = 4
const CONNECT_TIMEOUT_MS = 10_000
/** A server that answers nothing for so long, though the connection stands, is gone. */
const ANSWER_TIMEOUT_MS = 20_000

/**
 * The store for any number of replicas: one PostgreSQL database, or one schema of it. A lost
 * connection is made anew with the next call. Nothing is loaded or opened before the first use.
 */
export function openPostgresStore({
  connectionString,
  busyTimeoutMs = 10_000,
}: PostgresStoreOptions): WalletStore {
  return kyselyStore({ describe: postgresError, connect: () => connect(connectionString, busyTimeoutMs) })
}

async function connect(connectionString: string, busyTimeoutMs: number): Promise<Opened> {
  assertConnectionString(connectionString)
  const [{ default: pg }, { postgresDialect }, { withTls }] = await Promise.all([
    import('pg'),
    import('./postgres-dialect.ts'),
    import('./postgres-tls.ts'),
  ])
  let isMigrated = false
  const opened = await openDatabase(
    'postgres',
    postgresDialect({
      busyTimeoutMs,
      isMigrated: () => isMigrated,
      open: () =>
        new pg.Pool({
          connectionString: withTls(connectionString),
          max: MAX_CONNECTIONS,
          connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
          query_timeout: ANSWER_TIMEOUT_MS + busyTimeoutMs,
          keepAlive: true,
          allowExitOnIdle: true,
          application_name: 'lightning-mcp',
        }),
    }),
    assertUnicode,
  )
  isMigrated = true
  return opened
}

/** What a memo or an address holds must come back as it went in. */
async function assertUnicode(db: Kysely<Database>): Promise<void> {
  const { sql } = await import('kysely')
  const { rows } = await sql<{
    encoding: string
  }>`select current_setting('server_encoding') as encoding`.execute(db)
  const encoding = rows[0]?.encoding
  if (encoding === 'UTF8') return
  throw new LightningError({
    code: 'unavailable',
    message: `the wallet's database cannot be used: it keeps text as ${encoding}, not as UTF8`,
    hint: 'Make a new one: createdb --encoding=UTF8 --template=template0 NAME.',
  })
}

/** What is no connection string is not repeated: it may hold a password. */
function assertConnectionString(text: string): void {
  if (/^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text)) return
  throw new LightningError({
    code: 'invalid_request',
    message: "the wallet's database cannot be used: its connection string cannot be read",
    hint: 'Write postgres://USER:PASSWORD@HOST:5432/DATABASE, special characters of the password as %XX.',
  })
}
