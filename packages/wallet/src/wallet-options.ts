import type { DestinationResolver, LightningBackend } from '@lightning-mcp/core'
import type { ApprovalSettings } from './approvals/approval-settings.ts'
import type { Clock } from './clock.ts'
import type { WalletLimits } from './limits.ts'
import type { Step } from './steps.ts'
import type { WalletStore } from './store/wallet-store.ts'

export interface WalletLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

export interface WalletOptions {
  /** Already wrapped in layers. From here on nobody else should hold it. */
  backend: LightningBackend
  store: WalletStore
  /** For Lightning addresses and LNURLs; without it they are `unsupported`. */
  resolver?: DestinationResolver
  limits?: WalletLimits
  /** Where the owner's signed policy lies; read again whenever it changes. */
  policyFile?: string
  /**
   * The owner's verifying key (Ed25519, base64url), against which policies, approvals and the ledger's
   * certificate are checked. `required`: without a key and a certified ledger nothing is spent.
   * Read whenever it is needed, so that a key which is made later counts without a restart.
   */
  owner?: { readonly publicKey?: string | undefined; readonly required: boolean }
  /** A file whose existence pauses spending until the owner resumes it; looked for with each payment. */
  killFile?: string
  /** Whose payments these are. Default `default`; any other must have been made (`createAccount`). */
  account?: string
  /**
   * Where the key lies that hides the preimages of accounts' invoices in the store; made when first
   * needed. Default: in memory, so that after a restart such an invoice is paid from outside only.
   */
  invoiceKeyFile?: string
  /** How payments are approved that the limits have wait for the owner. */
  approvals?: ApprovalSettings
  /** For how long the same call to an address after it settled still means the same payment. Default 10 minutes. */
  replayWindowSeconds?: number
  clock?: Clock
  /** One line about something an operator should see. Never holds a secret. */
  log?: WalletLog
  /** For tests: addresses and LNURLs on this machine, without https. */
  allowLoopbackHttp?: boolean
  /** For tests: called and waited for at each step of a payment. */
  onStep?: Step
  /** For tests: how long a process may be silent before another looks after its payments. */
  leaseSeconds?: number
}
