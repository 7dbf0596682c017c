import type { Msat, NodeId, PaymentFailure, PaymentHash, Preimage, UnixSeconds } from '@lightning-mcp/core'
import type { Htlc } from './htlc.ts'

/**
 * `forwarding`: on its way. `arrived`: the recipient holds it until the set is complete or its
 * owner decides. `settling`, `failing`: decided, on its way back.
 */
export type PartState = 'forwarding' | 'arrived' | 'settling' | 'failing' | 'settled' | 'failed'

/** One of the ways by which a payment travels: a chain of HTLCs under one hash. */
export interface PaymentPart {
  id: number
  /** What the recipient gets by this part. */
  amountMsat: Msat
  feeMsat: Msat
  state: PartState
  /** First one offered by the payer, last one to the recipient. None: the payer is the recipient. */
  htlcs: Htlc[]
  /** Name of the node that sits on the HTLC it got. */
  heldBy?: string
  failure?: PartFailure
}

export interface PartFailure {
  /** BOLT 4 name of the failure. */
  code: string
  /** Index of the HTLC that could not be offered; absent where the recipient refused. */
  htlc?: number
  /** Whether the same channel may carry a smaller amount. */
  temporary: boolean
}

/** An outgoing payment of one node, as that node keeps it. */
export interface SimulatedPayment {
  kind: 'payment'
  /** Unique in the network and growing: the order of the history. */
  sequence: number
  node: string
  paymentHash: PaymentHash
  destination: NodeId
  amountMsat: Msat
  maxFeeMsat: Msat
  status: 'pending' | 'settled' | 'failed'
  feeMsat?: Msat
  preimage?: Preimage
  /** Given by a keysend payer: travels with the HTLC. */
  keysendPreimage?: Preimage
  paymentSecret?: string
  description?: string
  /** The offer that is paid. */
  offerId?: string
  /** The payer's own note; nobody else sees it. */
  label?: string
  /** Only measures the way: it is in no history. */
  probe?: true
  finalCltvDelta: number
  maxParts: number
  outgoingChannels?: readonly string[]
  lastHop?: string
  /** After this no further attempt starts. */
  deadlineMs: number
  /** Decided to fail once every part is back. */
  givenUp?: PaymentFailure
  failure?: PaymentFailure
  createdAt: UnixSeconds
  settledAt?: UnixSeconds
  parts: PaymentPart[]
}

/** `attempt`: send what is not on its way yet. `drive`: take a part as far as it gets. */
export type PaymentTask =
  | { do: 'attempt'; payment: SimulatedPayment }
  | { do: 'drive'; payment: SimulatedPayment; part: PaymentPart }
