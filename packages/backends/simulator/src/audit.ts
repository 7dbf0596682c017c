import type { NetworkState } from './network-state.ts'

/** Where the network's money is, in msat. */
export interface Audit {
  /** Given out of nothing at the start and by `giveCoins`. */
  issuedMsat: bigint
  inChannelsMsat: bigint
  inHtlcsMsat: bigint
  onchainMsat: bigint
  /** Paid to miners, sub-sat rests of closed channels included. */
  feesMsat: bigint
  /** Sent to addresses of no node. */
  leftMsat: bigint
}

/** Adds up all books. Invariant: `issuedMsat` is the sum of the others. */
export function audit(state: NetworkState): Audit {
  const sum = {
    issuedMsat: 0n,
    inChannelsMsat: 0n,
    inHtlcsMsat: 0n,
    onchainMsat: 0n,
    feesMsat: 0n,
    leftMsat: 0n,
  }
  for (const channel of state.channels.values()) {
    if (channel.state === 'closed') continue
    sum.inChannelsMsat += channel.balanceMsat[0] + channel.balanceMsat[1]
    sum.inHtlcsMsat += channel.lockedMsat[0] + channel.lockedMsat[1]
  }
  for (const transaction of state.transactions.values()) {
    if (transaction.inputs.length === 0)
      sum.issuedMsat += transaction.outputs.reduce((total, output) => total + output.amountSat * 1000n, 0n)
    // until a closing transaction is mined, its channel still has the money
    if (transaction.purpose === 'close' && transaction.height === undefined) continue
    sum.feesMsat += transaction.feeSat * 1000n
    for (const output of transaction.outputs) {
      if (output.owner !== undefined && !output.spent) sum.onchainMsat += output.amountSat * 1000n
      const paysOut = transaction.purpose === 'send' || transaction.purpose === 'splice'
      // a channel's funding output counts as spent from the start
      if (paysOut && output.owner === undefined && !output.spent) sum.leftMsat += output.amountSat * 1000n
    }
  }
  return sum
}
