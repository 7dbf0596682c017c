import type { Sat, TxId } from '@lightning-mcp/core'

/** An output of a transaction; `owner` is the node whose key it pays, if it is one of the network. */
export interface ChainOutput {
  address: string
  amountSat: Sat
  owner?: string
  /** Not spendable before this height (a forced close pays its author late). */
  lockedUntil?: number
  /** Whether another transaction spends it. */
  spent: boolean
}

/** What a transaction is for: it decides what happens when it confirms. */
export type ChainPurpose = 'coins' | 'send' | 'funding' | 'splice' | 'close'

/** A transaction of the simulated chain. */
export interface ChainTransaction {
  txId: TxId
  /** Order in which they were broadcast. */
  sequence: number
  purpose: ChainPurpose
  inputs: readonly string[]
  outputs: ChainOutput[]
  feeSat: Sat
  createdAt: number
  /** The block that holds it; absent: waits to be mined. */
  height?: number
  /** The channel it opens, resizes or closes. */
  channelId?: string
  /** The sender's note; nobody else sees it. */
  label?: { by: string; text: string }
}
