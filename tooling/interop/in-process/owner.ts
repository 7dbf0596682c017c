import { loadConfig } from '@lightning-mcp/config'
import { createLog, openLedger } from '@lightning-mcp/runtime'
import { certifyLedger, createOwner, type OwnerKey } from '@lightning-mcp/wallet'
import type { ServerSettings } from './server.ts'

/** An owner's key in a folder. It takes half a second, so that several wallets share one. */
export const makeOwner = (folder: string): Promise<OwnerKey> =>
  createOwner({ folder, passphrase: 'for tests and benches only' })

/** What `lightning-mcp owner init` does with these settings, which must name data folder and owner folder. */
export async function letSpend({ settings, env, home }: ServerSettings, key: OwnerKey): Promise<void> {
  const config = await loadConfig({ argv: settings, env: { HOME: home, ...env }, cwd: home, app: 'stdio' })
  const log = createLog({ level: 'silent', write: () => undefined })
  const ledger = await openLedger(config, { log, create: true })
  try {
    await certifyLedger({
      store: ledger.store,
      identity: await ledger.identity(),
      key,
      ownerDir: config.ownerDir,
    })
  } finally {
    await ledger.close()
  }
}
