import type {
  BackendProfile,
  Balance,
  CallOptions,
  ChannelRef,
  CreateInvoiceRequest,
  ErrorCode,
  FeeEstimateMethod,
  Invoice,
  LightningEvent,
  Msat,
  NodeId,
  NodeInfo,
  Page,
  PageRequest,
  PaymentHash,
  Preimage,
  Transaction,
  UnixSeconds,
  Warning,
  WatchRequest,
} from '@lightning-mcp/core'
import type { CreateHoldInvoiceRequest, HoldInvoice } from './hold/hold-invoice.ts'
import type { NodeManager, NodeReader } from './node-access.ts'
import type { SpendKind, SpendRequest } from './spending/spend-request.ts'

/** Names one payment intent of this wallet for ever. `pay_` and 26 characters. */
export type PaymentId = string & { readonly __paymentId: true }

/** Names one approval. `apr_` and 26 characters. It gives no authority. */
export type ApprovalId = string & { readonly __approvalId: true }

/**
 * The life of an intent. `refused` is not among them: a refusal binds nothing and leaves a decision
 * record only. An `unknown` outcome is `dispatched` with `outcome: 'unknown'`.
 */
export type IntentState =
  | 'created'
  | 'awaiting_approval'
  | 'denied'
  | 'expired'
  | 'canceled'
  | 'reserved'
  | 'dispatched'
  | 'settled'
  | 'failed'

/** What a caller asks to be paid. Everything that can be paid goes through here. */
export interface PaymentRequest extends CallOptions {
  /** BOLT 11 invoice, Lightning address, LNURL, offer, node id: whatever `parseDestination` knows. */
  destination: string
  /** Required where the destination has no amount of its own. */
  amountMsat?: Msat
  /** As the caller gave it; absent: the wallet's default for the amount. */
  maxFeeMsat?: Msat
  /** For the recipient of an address or LNURL. */
  comment?: string
  /** For the payer's own records. */
  memo?: string
  /** Unique per account. Reuse it on a retry; leave it out if unsure. */
  idempotencyKey?: string
  /** The payment after which a further one, of the same amount to the same address or LNURL, is meant. An invoice is paid once whatever is said. */
  repeatOf?: PaymentId
  /** A named budget of the policy to count it against, which can only narrow what is allowed. */
  budget?: string
  /** Binds the payment to what `preview` answered. */
  quoteId?: string
  /** Into how many parts it may be split. Refused as `unsupported` where the backend cannot say. */
  maxParts?: number
  /** Short channel ids that may be used first. Refused as `unsupported` where the backend cannot choose. */
  outgoingChannels?: readonly string[]
  /** The node before the payee. Refused as `unsupported` where the backend cannot choose. */
  lastHop?: NodeId
  /** After this the call answers `pending`; the payment goes on. Default 25, at most 60. */
  waitSeconds?: number
  /** Answers at once where the owner has to approve, instead of waiting for that. */
  returnAwaitingApproval?: boolean
  /** Told at each step; must not throw. */
  onProgress?: (progress: PaymentProgress) => void
}

export interface PaymentProgress {
  state: IntentState
  message: string
}

/** An intent as it stands. Amounts are exact msat. */
export interface PaymentRecord {
  paymentId: PaymentId
  /** What is paid: an invoice, one that a service minted, or something without one. */
  kind: 'invoice' | 'minted' | SpendKind
  state: IntentState
  /** Only while `dispatched`: `pending`, it is being sent or the node says it is under way; `unknown`, nobody can say yet and it is being looked up. */
  outcome?: 'pending' | 'unknown'
  paymentHash?: PaymentHash
  /** Canonical form of what was to be paid, safe to show. */
  destination: string
  payee?: string
  amountMsat: Msat
  /** Own money moved into a channel by it: not spent. */
  capitalMsat?: Msat
  maxFeeMsat: Msat
  /** Of what is on the chain: `settled` means that the transaction is out, not that it has confirmed. */
  txId?: string
  /** The channel that was opened, closed or changed. */
  channel?: ChannelRef
  /** Once known; until it is final the reservation stays at `maxFeeMsat`. */
  feeMsat?: Msat
  feeProvisional?: boolean
  preimage?: Preimage
  /** Of one that is `failed`, or `canceled` after it was approved. */
  failure?: { reason: string; detail?: string }
  /** Where the owner was asked: by which id, and until when an answer counts. `mayElicit`: the owner lets the client ask its user instead. */
  approval?: { approvalId: ApprovalId; expiresAt: UnixSeconds; mayElicit: boolean }
  /** Whether the same call may be made again, and how, once `failed`. */
  retry?: 'same-call' | 'fresh-invoice' | 'never'
  memo?: string
  /** Untrusted text from the recipient. */
  description?: string
  /** Untrusted text from the recipient, after settling. */
  successMessage?: string
  attempt: number
  createdAt: UnixSeconds
  settledAt?: UnixSeconds
  warnings?: readonly Warning[]
}

/** What `pay` answers. `replayed`: this call sent nothing, the record is of an earlier one. */
export interface PaymentOutcome extends PaymentRecord {
  replayed: boolean
}

/** What names a payment. A hash may also be that of an own invoice. */
export type PaymentKey = { paymentId: PaymentId } | { paymentHash: PaymentHash } | { approvalId: ApprovalId }

/** What a payment would be and cost, and whether it would be allowed. Sends nothing. */
export interface PaymentPreview {
  destination: string
  kind: string
  payee?: string
  paymentHash?: PaymentHash
  amountMsat?: Msat
  /** Untrusted text. */
  description?: string
  expiresAt?: UnixSeconds
  network?: string
  estimatedFeeMsat?: Msat
  estimateMethod?: FeeEstimateMethod
  maxFeeMsat?: Msat
  /** Whether amount and largest fee fit into what is spendable now. */
  affordable?: boolean
  /** Whether `pay` would be allowed now; where not, why. */
  verdict: {
    allowed: boolean
    rules: readonly RuleVerdict[]
    /** Not refused, but the owner has to approve it. */
    needsApproval?: boolean
    code?: ErrorCode
    message?: string
    /** What to do about it. */
    hint?: string
  }
  /** An own earlier payment of the same thing, and when it settled or else began. */
  earlier?: { paymentId: PaymentId; state: IntentState; at: UnixSeconds }
  /** Allowed range where the recipient has one. */
  minMsat?: Msat
  maxMsat?: Msat
  commentAllowed?: number
  /** `pay` with it pays exactly this, for at most `maxFeeMsat`, once, or refuses. Absent where it would be refused now. */
  quoteId?: string
  quoteExpiresAt?: UnixSeconds
  warnings: readonly Warning[]
}

/** What a spending would be and cost, and whether it would be allowed. Changes and sends nothing. */
export interface SpendPreview {
  kind: SpendKind
  destination: string
  /** What leaves for others. */
  amountMsat: Msat
  /** Own money that would go into a channel: not spent. */
  capitalMsat?: Msat
  /** At which it would be sent, of what is on the chain. */
  feeRateSatPerVbyte?: number
  /** The largest that it can come to, where that can be told; of a payment over Lightning the node's estimate. */
  estimatedFeeMsat?: Msat
  /** What would be reserved on top at most. */
  maxFeeMsat?: Msat
  /** Whether amount, capital and largest fee fit into what is spendable now, where that can be told. */
  affordable?: boolean
  verdict: PaymentPreview['verdict']
  /** An own earlier one of the same kind, amount and destination, and when it settled or else began. */
  earlier?: { paymentId: PaymentId; state: IntentState; at: UnixSeconds }
  /** `spend` with it does exactly this, for at most `maxFeeMsat`, once, or refuses. Absent where it would be refused now. */
  quoteId?: string
  quoteExpiresAt?: UnixSeconds
  /** The node that is paid, or whose channel it is. */
  payee?: string
  /** Untrusted text of an offer. */
  description?: string
  /** The channel that would be closed or resized. */
  channel?: ChannelRef
  warnings: readonly Warning[]
}

/** One rule's part of a decision. */
export interface RuleVerdict {
  rule: string
  limitMsat?: Msat
  usedMsat?: Msat
  remainingMsat?: Msat
  /** Of a rule that counts payments. */
  limitCount?: number
  usedCount?: number
  remainingCount?: number
  /** Of a rule without numbers: what it says. */
  detail?: string
  /** The node of the limit tree: `server`, `account:<name>`, `account:<name>/budget:<name>`. */
  scope?: string
  /** Of all rules that one which decided. */
  binding?: boolean
  allowed: boolean
}

/** What may still be spent. */
export interface Budget {
  maxPaymentMsat: Msat
  /** The fee cap applied when a call gives none, for an amount: the larger of a share and a floor. */
  defaultFee: { partsPerMillion: number; floorMsat: Msat }
  rules: readonly RuleVerdict[]
  /** In payments under way: amount and largest fee. */
  reservedMsat: Msat
  spentMsat: Msat
  /** Nothing is sent now, whatever the limits say. Receiving, reading and looking up go on. */
  paused?: SpendingPaused
}

/** Why nothing may be spent, and what the owner can do about it. */
export interface SpendingPaused {
  reason: string
  hint: string
  /** Where it is known. */
  since?: UnixSeconds
}

/** Which account a wallet is. `own`: its money is what the backend can spend; `tracked`: a balance of the ledger on a shared backend. */
export interface AccountShown {
  name: string
  kind: 'own' | 'tracked'
}

/** Where the wallet's money is and what may be done with it. */
export interface WalletDetails {
  profile: BackendProfile
  node: NodeInfo
  /** False: the backend cannot be reached now and this is what it said last. */
  online: boolean
  /** Whose wallet this is. */
  account?: AccountShown
}

export interface ListPaymentsRequest extends PageRequest, CallOptions {
  direction?: 'incoming' | 'outgoing'
  statuses?: readonly Transaction['status'][]
  from?: UnixSeconds
  to?: UnixSeconds
}

/** One line of the history: the backend's, with our id where the payment went through this wallet; or our own. */
export interface PaymentListEntry extends Omit<Transaction, 'status' | 'paymentHash'> {
  status: Transaction['status'] | 'unknown'
  /** Absent for coins and channels. */
  paymentHash?: PaymentHash
  /** Of one that the backend's history does not have: coins, channels, and what nobody knows the outcome of. */
  kind?: PaymentRecord['kind']
  /** Own money moved into a channel by it. */
  capitalMsat?: Msat
  txId?: string
  channel?: ChannelRef
  paymentId?: PaymentId
  memo?: string
}

/**
 * One account's wallet: the only way by which money leaves. Tools and servers get this, never a
 * backend. Every method rejects with `LightningError` alone.
 */
export interface Wallet {
  /** Opens the store, binds it to the backend's identity, starts to look up what an earlier process left open. A backend that is down does not make it fail. */
  start(): Promise<void>
  /** Declared capabilities until the backend has answered once, then what it can really do. */
  readonly capabilities: BackendProfile['capabilities']
  getDetails(options?: CallOptions): Promise<WalletDetails>
  /** Of a tracked account what the ledger says is its own, as far as the node can spend it; never the node's. */
  getBalance(options?: CallOptions): Promise<Balance & { account?: AccountShown }>
  createInvoice(request: CreateInvoiceRequest): Promise<Invoice>
  lookupInvoice(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice | undefined>
  /** Reads, estimates and judges; neither reserves nor sends. */
  preview(request: PaymentRequest): Promise<PaymentPreview>
  /**
   * Pays, at most once. Throws where nothing was sent for this call: bad request, refused by a
   * limit, `in_progress` or `already_paid` under another key or account, a backend that refused
   * before sending, `spending_paused` where no record could be made. Answers the record in every
   * other case, a failed one included. An aborted signal ends the waiting, not the payment.
   * Where the owner has to approve, nothing is reserved or sent before: the record says
   * `awaiting_approval` and goes on by itself once approved. `denied`, `expired` and `canceled` end it;
   * the next such call is a new payment, unless it carries the same key, which replays the end.
   */
  pay(request: PaymentRequest): Promise<PaymentOutcome>
  /**
   * Spends otherwise than on an invoice, at most once: keysend, coins to an address, channels opened,
   * closed and resized. As `pay` in everything else. `settled` means that it is irrevocably out: a
   * transaction is broadcast, not confirmed. Where a lost reply leaves nothing that could prove what
   * happened, it stays `unknown` and reserved until the node shows it or the owner decides.
   */
  spend(request: SpendRequest): Promise<PaymentOutcome>
  /** What `spend` would do and cost. Reserves nothing, asks nobody for an invoice and sends nothing. */
  previewSpend(request: SpendRequest): Promise<SpendPreview>
  /**
   * Makes an invoice whose payment is held, and puts it on record first: an accepted one is settled or
   * canceled before its HTLC times out, also if nobody asks for it. Not for a tracked account.
   */
  createHoldInvoice(request: CreateHoldInvoiceRequest): Promise<HoldInvoice>
  /** Takes a held payment. `preimage` only where the wallet does not keep it. A settled one answers the same again. */
  settleHoldInvoice(
    request: { paymentHash: PaymentHash; preimage?: Preimage } & CallOptions,
  ): Promise<Invoice>
  /** Makes an open invoice of this account unpayable, or sends a held payment back. A canceled one answers the same again. */
  cancelInvoice(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice>
  /** Re-reads the backend first where the intent is still open. */
  getPayment(request: PaymentKey & CallOptions): Promise<PaymentRecord | undefined>
  /**
   * Waits until the payment, or the own invoice with that hash, is terminal or the time is over; answers
   * what stands then. A held payment waits for a decision, so `accepted` ends the waiting as well.
   */
  waitForPayment(
    request: PaymentKey & {
      waitSeconds: number
      onProgress?: PaymentRequest['onProgress']
    } & CallOptions,
  ): Promise<{ payment?: PaymentRecord; invoice?: Invoice }>
  /**
   * Decides an approval by the word of the client's user, which a client can forge. Throws
   * `permission_denied` unless the owner allowed that for the amount.
   */
  answerByElicitation(request: { approvalId: ApprovalId; decision: 'approve' | 'deny' }): Promise<void>
  listPayments(request: ListPaymentsRequest): Promise<Page<PaymentListEntry>>
  getBudget(options?: CallOptions): Promise<Budget>
  /**
   * Stops spending of every process on this store, at once and until the owner resumes it. Receiving,
   * reading and looking up go on. Resolves once it is durable. No tool calls it.
   */
  pause(reason: string, way?: 'signal' | 'program'): Promise<void>
  /** Hints that something changed, of this account. Begins with a `gap` once the stream is live: what you wait for may have happened before. */
  watch(request?: WatchRequest): AsyncIterable<LightningEvent>
  /** The reading side of the node: channels, peers and so on. No spending call is reachable from it. */
  readonly node: NodeReader
  /** What changes the node, or what it asks to be paid, and spends nothing: peers, fees that it charges, offers, watchtowers. Absent for a tracked account. */
  readonly manage: NodeManager
  /** Stops taking calls, lets those under way reach a durable state, closes store and backend. */
  stop(): Promise<void>
}
