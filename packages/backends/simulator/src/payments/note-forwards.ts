import type { Msat, UnixSeconds } from '@lightning-mcp/core'
import { otherSide } from '../channels/channel.ts'
import type { NetworkState } from '../network-state.ts'
import type { PaymentPart } from './payment.ts'

/** What a node passed on and was paid for. */
export interface SimulatedForward {
  /** Unique in the network and growing. */
  sequence: number
  node: string
  createdAt: UnixSeconds
  /** Names of the two channels at that time. */
  incomingChannel: string
  outgoingChannel: string
  incomingMsat: Msat
  outgoingMsat: Msat
}

/** A node has earned its fee once both its HTLCs of a part are settled, in whichever order that came about. */
export function noteForwards(state: NetworkState, part: PaymentPart): void {
  part.htlcs.forEach((incoming, index) => {
    const outgoing = part.htlcs[index + 1]
    if (outgoing === undefined || incoming.forwarded === true) return
    if (incoming.state !== 'settled' || outgoing.state !== 'settled') return
    incoming.forwarded = true
    const channel = state.channel(incoming.channelId)
    state.add({
      type: 'forward',
      value: {
        sequence: state.nextSequence(),
        node: channel.nodes[otherSide(incoming.side)],
        createdAt: state.now(),
        incomingChannel: channel.shortChannelId ?? channel.id,
        outgoingChannel: state.channel(outgoing.channelId).shortChannelId ?? outgoing.channelId,
        incomingMsat: incoming.amountMsat,
        outgoingMsat: outgoing.amountMsat,
      },
    })
  })
}
