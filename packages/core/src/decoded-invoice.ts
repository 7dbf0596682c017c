import type { DescriptionHash, NodeId, PaymentHash } from './hex.ts'
import type { Network } from './network.ts'
import type { Msat, UnixSeconds } from './units.ts'

/** A BOLT 11 invoice, decoded and signature-checked offline by `@lightning-mcp/codec`. */
export interface DecodedInvoice {
  /** The invoice itself, lower case, without `lightning:`. */
  invoice: string
  network: Network
  paymentHash: PaymentHash
  /** Who gets the money: field `n`, or recovered from the signature. */
  payee: NodeId
  /** Absent: the payer chooses. */
  amountMsat?: Msat
  /** Field `d`, as written by the payee: untrusted text, not cleaned. */
  description?: string
  /** Field `h`. */
  descriptionHash?: DescriptionHash
  createdAt: UnixSeconds
  expiresAt: UnixSeconds
  /** Blocks that the last HTLC must leave (field `c`, default 18). */
  minFinalCltvDelta: number
  /** Field `s`: without it a modern node will not pay. Not a credential, but of no use to a reader. */
  paymentSecret?: string
  /** Set feature bits (field `9`). */
  features: readonly number[]
  /** Private hops towards the payee (field `r`), one list per route. */
  routeHints: readonly (readonly RouteHintHop[])[]
  /** Payment metadata to be handed to the payee (field `m`), hex. */
  metadata?: string
}

/** One hop of a BOLT 11 route hint. */
export interface RouteHintHop {
  nodeId: NodeId
  shortChannelId: string
  feeBaseMsat: Msat
  feeProportionalMillionths: number
  cltvExpiryDelta: number
}
