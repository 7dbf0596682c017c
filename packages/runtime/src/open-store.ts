import { join } from 'node:path'
import type { Config } from '@lightning-mcp/config'
import type { WalletStore } from '@lightning-mcp/wallet'

/** SQLite, where no PostgreSQL is named. */
export const databaseFileIn = (walletFolder: string): string => join(walletFolder, 'wallet.sqlite')

/**
 * Where a wallet's records are kept: the PostgreSQL that the configuration names, else a file in the
 * wallet's folder, else (no folder: the simulator without `--data-dir`) nowhere.
 */
export async function openStore(
  { database }: Pick<Config, 'database'>,
  walletFolder: string | undefined,
): Promise<WalletStore> {
  const { openPostgresStore, openSqliteStore } = await import('@lightning-mcp/wallet')
  if (database !== undefined) return openPostgresStore({ connectionString: database.reveal() })
  return openSqliteStore({
    path: walletFolder === undefined ? ':memory:' : databaseFileIn(walletFolder),
  })
}
