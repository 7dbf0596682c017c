import { closeSync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { LightningError } from '@lightning-mcp/core'
import { FileGuard } from './file-guard.ts'
import { kyselyStore, type Opened, openDatabase } from './kysely-store.ts'
import { storeError } from './store-error.ts'
import type { WalletStore } from './wallet-store.ts'

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
  const guard = new FileGuard(path)
  const open: OpenDatabase = (DatabaseSync) => {
    keepPrivate(path)
    return new DatabaseSync(path)
  }
  return sqliteStore(open, busyTimeoutMs, () => guard.assertInPlace())
}

type OpenDatabase = (type: typeof DatabaseSync) => DatabaseSync

/** The same on a database that the caller opens. */
export function sqliteStore(
  open: OpenDatabase,
  busyTimeoutMs: number,
  assertInPlace: () => void = () => {},
): WalletStore {
  return kyselyStore({ describe: storeError, connect: () => connect(open, busyTimeoutMs, assertInPlace) })
}

/** Payments are nobody else's business: the file is made for its owner alone. What is wrong with it SQLite says better. */
function keepPrivate(path: string): void {
  if (path === ':memory:') return
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch {}
}

async function connect(
  open: OpenDatabase,
  busyTimeoutMs: number,
  assertInPlace: () => void,
): Promise<Opened> {
  // here and not above: a server answers `tools/list` without paying for the database
  const [{ DatabaseSync }, { sqliteDialect }] = await Promise.all([
    import('node:sqlite'),
    import('./sqlite-dialect.ts'),
  ])
  const tries = Math.max(1, Math.ceil(busyTimeoutMs / (MAX_BUSY_PAUSE_MS / 2)))
  return openDatabase(
    'sqlite',
    sqliteDialect({
      open: () => open(DatabaseSync),
      assertInPlace,
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
  )
}
