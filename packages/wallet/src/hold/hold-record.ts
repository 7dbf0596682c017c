import type { Msat, Network, PaymentHash } from '@lightning-mcp/core'

export type HoldState = 'open' | 'accepted' | 'settled' | 'canceled' | 'expired'

/** What is to become of a held payment. Written down before the backend is told. */
export type HoldDecision = 'settle' | 'cancel'

/** A hold invoice that this ledger made. Times are milliseconds. */
export interface HoldRecord {
  paymentHash: PaymentHash
  account: string
  backendKind: string
  backendNetwork: Network
  backendId: string
  state: HoldState
  amountMsat: Msat
  onDeadline: HoldDecision
  /** This server chose the preimage. */
  keptPreimage: boolean
  /** Present where it was chosen here, or was given with the decision to settle. */
  sealedPreimage?: string
  /** At most one is ever made. */
  decision?: HoldDecision
  decidedBy?: 'caller' | 'guardian'
  decidedAtMs?: number
  /** Blocks that the invoice asks of its last HTLC. */
  minFinalCltvDelta?: number
  /** Block height at which the accepted HTLCs time out. */
  deadlineHeight?: number
  /** The chain's height when it was last looked at, and when that was. */
  seenHeight?: number
  seenAtMs?: number
  /** Why the last try to do what was decided did not succeed. Cleaned. */
  fault?: string
  createdAtMs: number
  expiresAtMs: number
  endedAtMs?: number
  /** 0: no more by itself. */
  nextLookAtMs: number
  looks: number
}

/** What a change may touch. */
export type HoldChange = {
  [K in Exclude<
    keyof HoldRecord,
    'paymentHash' | 'account' | 'backendKind' | 'backendNetwork' | 'backendId'
  >]?: HoldRecord[K] | undefined
}

/** States in which money may still come or go. */
export const LIVE_HOLDS = ['open', 'accepted'] as const satisfies readonly HoldState[]

export const isLive = ({ state }: Pick<HoldRecord, 'state'>): boolean =>
  (LIVE_HOLDS as readonly string[]).includes(state)
