import { basename, join } from 'node:path'
import { type Config, revealOptions } from '@lightning-mcp/config'
import { type Capabilities, supports } from '@lightning-mcp/core'
import { createMcpFace, type McpFace } from '@lightning-mcp/mcp'
import type { Wallet } from '@lightning-mcp/wallet'
import { findWalletFolder } from './find-wallet-folder.ts'
import { killFileIn } from './kill-file.ts'
import { createLazyControls } from './lazy-controls.ts'
import { createLazyResolver } from './lazy-resolver.ts'
import { createLazyWallet } from './lazy-wallet.ts'
import type { Log } from './log.ts'
import type { OpenedBackend } from './open-backend.ts'
import { advisingLog, ownerAdvice } from './owner-advice.ts'
import { asOwnersMatter } from './owners-matter.ts'
import { pauseOnSignal } from './pause-on-signal.ts'
import { startWallet } from './start-wallet.ts'

/** Beside the database and not in it: it hides the preimages of accounts’ invoices there. */
const INVOICE_KEY_FILE = 'invoice-key'

/** What a server runs on. The backend itself is not among it: money moves through the wallet alone. */
export interface Runtime {
  readonly wallet: Wallet
  readonly face: McpFace
  readonly config: Config
  /** Opens the wallet without waiting for a call, and goes on trying while the node is down. Call it once the transport is up. */
  startInBackground(): void
  /** Where the wallet's records lie, once it is open; `undefined` where nothing is kept. */
  readonly walletFolder: string | undefined
  close(): Promise<void>
}

/**
 * Composes backend, layers, wallet and MCP face. Answers before anything heavy is loaded: tools are
 * listed from the declared capabilities, the wallet opens with its first use.
 */
export async function openRuntime(
  config: Config,
  { log: plainLog, version }: { log: Log; version: string },
): Promise<Runtime> {
  const advice = ownerAdvice(config)
  const log = advisingLog(plainLog, advice)
  const stopping = new AbortController()
  let walletFolder: string | undefined
  let opening: Promise<OpenedBackend> | undefined
  const backend = (): Promise<OpenedBackend> => {
    opening ??= import('./open-backend.ts')
      .then(({ openBackend }) => openBackend(config, { log }))
      .catch((error: unknown) => {
        opening = undefined
        throw error
      })
    return opening
  }

  const wallet = createLazyWallet({
    capabilities: await capabilitiesOf(config),
    async open() {
      const opened = await backend()
      walletFolder = await findWalletFolder({
        config,
        backend: opened.backend,
        signal: stopping.signal,
      }).catch((error: unknown) => {
        // a file that the settings name is not there, or not what it should be
        throw asOwnersMatter(error)
      })
      const [{ createWallet, POLICY_FILE }, { onlyNodeOf }, { openStore }, { ownerOf }] = await Promise.all([
        import('@lightning-mcp/wallet'),
        import('./only-node-of.ts'),
        import('./open-store.ts'),
        import('./owner-of.ts'),
      ])
      const ownFolder = config.dataDir === undefined ? walletFolder : undefined
      const result = createWallet({
        backend: ownFolder === undefined ? opened.backend : onlyNodeOf(basename(ownFolder), opened.backend),
        store: await openStore(config, walletFolder),
        owner: await ownerOf(config, { log }),
        account: config.account,
        ...(walletFolder === undefined ? {} : { invoiceKeyFile: join(walletFolder, INVOICE_KEY_FILE) }),
        ...(walletFolder === undefined ? {} : { killFile: killFileIn(walletFolder) }),
        ...(walletFolder === undefined ? {} : { policyFile: join(walletFolder, POLICY_FILE) }),
        ...(config.webhookSecret === undefined ? {} : { approvals: { webhookSecret: config.webhookSecret } }),
        resolver: createLazyResolver(),
        limits: config.limits,
        log,
      })
      try {
        await result.start()
        return result
      } catch (error) {
        // stopping closes the backend too, so the next attempt makes a new one
        opening = undefined
        await result.stop()
        throw error
      }
    },
  })

  const face = createMcpFace({
    wallet,
    version,
    ...config.tools,
    advice,
    ...(config.backend.name === 'simulator'
      ? { simulator: createLazyControls(async () => (await backend()).controls) }
      : {}),
    onError: (error, during) =>
      log.error(`${during}: ${error instanceof Error ? error.message : String(error)}`),
  })

  const stopListening = pauseOnSignal(wallet, { log })
  return {
    wallet,
    face,
    config,
    get walletFolder() {
      return walletFolder
    },
    startInBackground() {
      void startWallet(wallet, { log, signal: stopping.signal })
    },
    async close() {
      stopping.abort()
      stopListening()
      face.close()
      await wallet.stop()
      await (await opening?.catch(() => undefined))?.backend.close()
    },
  }
}

/**
 * Declared, less what the credential says of itself. One that does not even allow to ask who the node is
 * is of no use: then all that is declared stays, so that every call says what is wrong with it, and so it
 * is where it cannot be read. Both are told when the wallet opens.
 */
async function capabilitiesOf({ backend: { module, options } }: Config): Promise<Capabilities> {
  try {
    const granted = await module.readCredential?.(revealOptions(options))
    return granted !== undefined && supports(granted, 'getInfo') ? granted : module.capabilities
  } catch {
    return module.capabilities
  }
}
