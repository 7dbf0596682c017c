import type { Msat } from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'

type Answer<T> = T | Promise<T>

/** The other side of a simulated network: what `createSimulatorBackend` has as `controls`. */
export interface SimulatorControls {
  /** An invoice of another node, for this wallet to pay. */
  createTestInvoice(request: {
    amountMsat: Msat
    memo?: string
  }): Answer<{ invoice: string; paymentHash: string }>
  /** Pays one of this wallet's invoices from another node. */
  payTestInvoice(request: {
    invoice: string
    amountMsat?: Msat
  }): Answer<{ status: string; paymentHash: string; feeMsat?: Msat | undefined }>
  mineBlocks(request: { count: number }): Answer<{ blockHeight: number }>
}

export interface McpFaceOptions {
  /** May be missing only together with `startupError`. */
  wallet?: Wallet
  /** Of the server, shown to clients. */
  version: string
  /** Names of toolsets, or `default` or `all`. Absent: the default ones, unless `tools` is given. */
  toolsets?: readonly string[]
  /** Single tools on top of the toolsets; without `toolsets`: only these. */
  tools?: readonly string[]
  /** Taken away whatever the other options say. */
  excludeTools?: readonly string[]
  /** Beats every other option: only tools that change nothing remain. */
  readOnly?: boolean
  /** Present: the `simulator` toolset exists and is listed by default. */
  simulator?: SimulatorControls
  /** Why the wallet could not be opened. The tools are listed; each answers this. */
  startupError?: unknown
  /** Says advice to the owner so that its commands work as typed. Absent: as it is, `lightning-mcp owner …`. */
  advice?: (text: string) => string
  /** Told of faults that the client is told only in general words. */
  onError?: (error: unknown, during: string) => void
  /** For tests. Default: the system's clock. */
  nowSeconds?: () => number
}
