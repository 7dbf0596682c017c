import type { DestinationResolver, LightningBackend } from '@lightning-mcp/core'

/** One call of a client. Amounts are decimal strings. */
export interface ChildCall {
  destination: string
  amountMsat?: string
  idempotencyKey?: string
  waitSeconds: number
}

/** What a wallet process is told to do. */
export interface ChildOrder {
  /** Path of a module with an `openWorld`, and what that is given. */
  world: { module: string; options: Readonly<Record<string, unknown>> }
  /** What `openStore` opens it by. */
  database: string
  /** Each sending that the node should not have got is noted here. */
  notes: string
  /** Time runs this much faster from `epochMs` on, so that half a minute of proof is a second. */
  speed: number
  epochMs: number
  leaseSeconds: number
  /** Ends itself with SIGKILL at that moment; see `Moments`. */
  dieAt?: string
  calls: readonly ChildCall[]
  /** The owner's signed policy, and the key by which it is checked. */
  policy?: { file: string; publicKey: string }
  /** Amounts of the wallet's limits in msat, by their names. */
  limits?: Readonly<Record<string, string>>
  /** Recomputes the whole ledger at the end. */
  audit?: boolean
  /** How many calls are under way together. Default: all. */
  atOnce?: number
}

/** A node to pay from and a service to pay to, as a wallet process sees them. */
export interface ChildWorld {
  backend: LightningBackend
  resolver: DestinationResolver
  close(): void
}

export type OpenWorld = (
  options: Readonly<Record<string, unknown>>,
  time: { speed: number },
) => Promise<ChildWorld>

export interface ChildOutcome {
  state?: string
  replayed?: boolean
  retry?: string
  code?: string
  paymentId?: string
}

export interface ChildAnswer {
  outcomes: readonly ChildOutcome[]
  reservedMsat: string
  spentMsat: string
  /** Names of all moments that passed. */
  moments: readonly string[]
  /** What an audit found to be wrong. */
  findings: readonly string[]
}
