import type { BackendIdentity, Msat, Network, PaymentHash, Preimage, Warning } from '@lightning-mcp/core'
import type { ApprovalId, IntentState, PaymentId, PaymentRequest, RuleVerdict } from '../wallet.ts'

/**
 * What kind of spending it is. How a Lightning destination gets its payment hash: it carries it
 * (`invoice`), its service makes one on demand (`minted`), or the payer chooses it (`keysend`).
 */
export type IntentKind =
  | 'invoice'
  | 'minted'
  | 'keysend'
  | 'offer'
  | 'onchain'
  | 'channel-open'
  | 'channel-close'
  | 'splice-in'
  | 'splice-out'

/** How the caller wants a payment to be routed. */
export type SendOptions = Pick<PaymentRequest, 'maxParts' | 'outgoingChannels' | 'lastHop'>

export type RetryAdvice = 'same-call' | 'fresh-invoice' | 'never'

/** One thing that was to be paid, as the store keeps it. Times are milliseconds. */
export interface Intent {
  paymentId: PaymentId
  account: string
  /** The wallet that was or will be asked to pay. No other is ever asked about it. */
  backendKind: string
  backendNetwork: Network
  backendId: string
  kind: IntentKind
  state: IntentState
  outcome?: 'pending' | 'unknown'
  /** 1 for the first; one more after each proven failure. */
  attempt: number

  /** What was to be paid, in canonical form. */
  destination: string
  payee?: string
  paymentHash?: PaymentHash
  /** The pinned invoice: a retry pays this or nothing. */
  invoice?: string
  invoiceHasAmount: boolean
  invoiceExpiresAtMs?: number

  amountMsat: Msat
  maxFeeMsat: Msat
  /** As the caller gave them; compared when a key comes again. */
  amountGivenMsat?: Msat
  maxFeeGivenMsat?: Msat
  /** What is held or spent for it: amount and largest fee while open, the real cost once that is final, zero after proven failure. */
  bookedMsat: Msat
  /** The part of `bookedMsat` that stays the account's own: what is moved into a channel. */
  capitalMsat?: Msat
  /** Limit scopes that it counts against, and as of when. */
  limitScopes?: readonly string[]
  chargedAtMs?: number
  /** The named budget that the caller asked it to be counted against. */
  budget?: string
  feeMsat?: Msat
  feeProvisional: boolean
  preimage?: Preimage
  failureReason?: string
  failureDetail?: string
  retry?: RetryAdvice
  /** The backend's own id of the payment, where it has one. */
  backendPaymentId?: string

  idempotencyKey?: string
  repeatOf?: PaymentId
  /** The approval that it waits for, or was sent with. */
  approvalId?: ApprovalId
  approvalExpiresAtMs?: number
  quoteId?: string
  /** What else a kind of spending pins, as its own dispatcher wrote it. */
  details?: Readonly<Record<string, unknown>>
  /** How the caller wants it to be routed: the same at every attempt, unless the call that retries says otherwise. */
  sendOptions?: SendOptions
  comment?: string
  memo?: string
  description?: string
  successMessage?: string
  warnings: readonly Warning[]

  createdAtMs: number
  updatedAtMs: number
  dispatchedAtMs?: number
  /** Since when the connection that sent it can carry nothing more. */
  closedAtMs?: number
  settledAtMs?: number

  /** Which process has it in hand, and until when it may be believed to live. */
  owner?: string
  leaseUntilMs: number
  /** When the reconciler looks next; 0: not by itself. */
  nextLookupAtMs: number
  lookups: number
  /** When a look-up first found nothing, since the connection closed. */
  absentSinceMs?: number
}

/** What a change may touch: who it is stays as it was. */
export type IntentChange = { [K in keyof Omit<Intent, 'paymentId' | 'account'>]?: Intent[K] | undefined }

/** One sending of an intent. */
export interface Attempt {
  paymentId: PaymentId
  attempt: number
  paymentHash: PaymentHash
  amountMsat: Msat
  maxFeeMsat: Msat
  state: 'dispatched' | 'settled' | 'failed'
  startedAtMs: number
  endedAtMs?: number
  failureReason?: string
}

/** What a judgement was, of what, and by which rules. */
export interface Decision {
  account: string
  paymentId?: PaymentId
  atMs: number
  /** `approval`: the owner was asked. `alarm`: what happened was against a rule, and was booked all the same. */
  verdict: 'allowed' | 'refused' | 'approval' | 'alarm'
  code?: string
  destination: string
  amountMsat: Msat
  maxFeeMsat: Msat
  rules: readonly RuleVerdict[]
}

/** States in which money may still move or has moved. At most one such intent per payment hash. */
export const LIVE_STATES = ['reserved', 'dispatched', 'settled'] as const

/** States from which an intent still goes on by itself or by the owner. */
export const OPEN_STATES = ['created', 'awaiting_approval', 'reserved', 'dispatched'] as const

/**
 * Whether the destination makes an invoice on demand, which is pinned before it is paid. `chosen`: an
 * offer on a backend that fetches the invoice itself, unseen.
 */
export const mintsInvoice = ({ kind, details }: Pick<Intent, 'kind' | 'details'>): boolean =>
  kind === 'minted' || (kind === 'offer' && details?.['known'] === undefined)

export const isOpen = (intent: { state: IntentState }): boolean =>
  (OPEN_STATES as readonly string[]).includes(intent.state)

/** Which way each state may go. Everything else is a bug and is refused by the store. */
export const TRANSITIONS: Readonly<Record<IntentState, readonly IntentState[]>> = {
  created: ['awaiting_approval', 'reserved', 'dispatched', 'failed', 'canceled'],
  // failed: no invoice could be made after the approval, which stays good for the same call
  awaiting_approval: ['reserved', 'dispatched', 'failed', 'denied', 'expired', 'canceled'],
  denied: [],
  expired: [],
  canceled: [],
  reserved: ['dispatched', 'failed', 'canceled'],
  dispatched: ['dispatched', 'settled', 'failed'],
  settled: ['settled'],
  // settled after all: never proven wrong on purpose, but a backend may lie, and money that moved is booked
  failed: ['created', 'awaiting_approval', 'reserved', 'dispatched', 'settled'],
}

export const sameBackend = (
  intent: Pick<Intent, 'backendKind' | 'backendNetwork' | 'backendId'>,
  identity: BackendIdentity,
): boolean =>
  intent.backendKind === identity.kind &&
  intent.backendNetwork === identity.network &&
  intent.backendId === identity.id

/** The intent after a change; what the change sets to `undefined` is gone. */
export function withChange(intent: Intent, change: IntentChange): Intent {
  const changed = { ...intent, ...change } as Record<string, unknown>
  const left: Record<string, unknown> = {}
  for (const field in changed) {
    const value = changed[field]
    if (value !== undefined) left[field] = value
  }
  return left as unknown as Intent
}
