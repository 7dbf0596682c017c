import type { Msat, Network, PaymentHash } from '@lightning-mcp/core'
import type { IntentKind } from '../intents/intent.ts'
import type { ApprovalId, PaymentId } from '../wallet.ts'

/**
 * `approved` is what a decision says; whether it is believed is checked where the payment is sent.
 * `used`: the payment that it allowed was reserved, and no other can be. `canceled`: it can no longer
 * be used, because the limits ran out or the invoice did.
 */
export type ApprovalState = 'pending' | 'approved' | 'denied' | 'expired' | 'used' | 'canceled'

/**
 * Who decided. `cli` and `console` carry the owner's signature, `webhook` that of the key which the
 * policy names. `elicitation` is the client's word, which it can forge, and counts only up to the
 * amount that the owner allowed. `program` is the function that was handed to `createWallet`.
 */
export type ApprovalDecider = 'cli' | 'console' | 'webhook' | 'elicitation' | 'program'

export type ApprovalDecision = 'approve' | 'deny'

/** One payment that waits for the owner's word, or waited for it. Times are milliseconds. */
export interface Approval {
  approvalId: ApprovalId
  /** Random. A decision repeats it, so that none can be made before the request. */
  nonce: string
  paymentId: PaymentId
  /** Which sending of the payment it is for: a further one needs a further approval. */
  attempt: number
  account: string
  backendKind: string
  backendNetwork: Network
  backendId: string
  kind: IntentKind
  destination: string
  payee?: string
  /** What leaves for others. */
  amountMsat: Msat
  /** Own money that goes into a channel with it. */
  capitalMsat?: Msat
  maxFeeMsat: Msat
  /** What else a kind of spending is bound to: the channel, the mode of closing it. */
  terms?: Readonly<Record<string, string>>
  /** Absent where the invoice is made after the approval. */
  paymentHash?: PaymentHash
  /** The payer's own note. Cleaned. */
  memo?: string
  /** For the recipient of an address. Cleaned. */
  comment?: string
  /** The recipient's words, which prove nothing. Cleaned. */
  description?: string
  /** Why it was asked for. */
  reason?: string
  state: ApprovalState
  createdAtMs: number
  expiresAtMs: number
  decidedAtMs?: number
  decidedBy?: ApprovalDecider
  /** Of `decidedBy` `cli`, `console` and `webhook`. */
  signature?: string
  /** When the webhook is called next; 0: not. Whoever moves it on makes the call. */
  nextPostAtMs: number
  posts: number
}

/** What a change may touch. */
export type ApprovalChange = {
  [K in 'state' | 'decidedAtMs' | 'decidedBy' | 'signature' | 'nextPostAtMs' | 'posts']?:
    | Approval[K]
    | undefined
}

/** States in which something may still become of it. */
export const OPEN_APPROVALS = ['pending', 'approved'] as const satisfies readonly ApprovalState[]
