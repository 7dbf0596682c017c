import type { Msat, Sat } from './units.ts'

/** What a wallet holds and what it can do with it now. */
export interface Balance {
  /** Can be sent now: channel reserves, commitment fees and HTLCs in flight are already subtracted where the backend tells. */
  spendableMsat: Msat
  /** Can be received now, where the backend can tell. */
  receivableMsat?: Msat
  /** In HTLCs under way. */
  pendingOutgoingMsat?: Msat
  pendingIncomingMsat?: Msat
  /** Sum of our side of all channels; more than is spendable. */
  channelsMsat?: Msat
  onchain?: OnchainBalance
}

/** The on-chain side of a node. */
export interface OnchainBalance {
  confirmedSat: Sat
  unconfirmedSat: Sat
  /** Locked or kept for anchor fees. */
  reservedSat?: Sat
}
