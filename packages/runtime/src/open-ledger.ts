import { existsSync } from 'node:fs'
import type { Config } from '@lightning-mcp/config'
import { type BackendIdentity, type Balance, LightningError } from '@lightning-mcp/core'
import type { WalletStore } from '@lightning-mcp/wallet'
import { findWalletFolder } from './find-wallet-folder.ts'
import { killFileIn } from './kill-file.ts'
import type { Log } from './log.ts'
import { openBackend } from './open-backend.ts'
import { databaseFileIn, openStore } from './open-store.ts'

/** The records of a wallet, for the owner's commands. No wallet is opened, and nothing can be paid. */
export interface OpenedLedger {
  readonly store: WalletStore
  /** Where the policy lies beside them. */
  readonly folder: string
  /** Its existence pauses spending. */
  readonly killFile: string
  /** The node or wallet, asked who it is. */
  identity(): Promise<BackendIdentity>
  balance(): Promise<Balance>
  close(): Promise<void>
}

interface OpenLedgerRequest {
  log: Log
  /** Make the records where there are none. Otherwise that is an error: no server has ever used such a folder. */
  create?: boolean
  signal?: AbortSignal
}

/** Opens the same records as a server with the same settings, beside it if it runs. */
export async function openLedger(
  config: Config,
  { log, create = false, signal = new AbortController().signal }: OpenLedgerRequest,
): Promise<OpenedLedger> {
  const { backend } = await openBackend(config, { log })
  try {
    const folder = await findWalletFolder({ config, backend, signal })
    if (folder === undefined)
      throw new LightningError({
        code: 'invalid_request',
        message: 'the simulator keeps nothing without a data folder',
        hint: 'Name the one that the server uses with --data-dir.',
      })
    if (!create && config.database === undefined && !existsSync(databaseFileIn(folder)))
      throw noRecords(folder)
    const store = await openStore(config, folder)
    return {
      store,
      folder,
      killFile: killFileIn(folder),
      identity: async () => (await backend.connect({ signal })).identity,
      balance: () => backend.getBalance({ signal }),
      async close() {
        await Promise.allSettled([store.close(), backend.close()])
      },
    }
  } catch (error) {
    await backend.close().catch(() => undefined)
    throw error
  }
}

/** Who names a wrong folder must not be told that all is quiet there, or that it is paused now. */
const noRecords = (folder: string): LightningError =>
  new LightningError({
    code: 'not_found',
    message: `there are no records of a wallet in ${folder}`,
    hint: 'Give the settings with which the server was started, above all --config, --backend, --data-dir and, for PostgreSQL, LIGHTNING_MCP_DATABASE.',
  })
