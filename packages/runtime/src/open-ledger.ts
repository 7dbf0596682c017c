import type { Config } from '@lightning-mcp/config'
import { type BackendIdentity, type Balance, LightningError } from '@lightning-mcp/core'
import type { WalletStore } from '@lightning-mcp/wallet'
import { findWalletFolder } from './find-wallet-folder.ts'
import { killFileIn } from './kill-file.ts'
import type { Log } from './log.ts'
import { openBackend } from './open-backend.ts'
import { openStore } from './open-store.ts'

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

/** Opens the same records as a server with the same settings, beside it if it runs. */
export async function openLedger(
  config: Config,
  { log, signal = new AbortController().signal }: { log: Log; signal?: AbortSignal },
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
