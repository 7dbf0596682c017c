import { LightningError, type Msat } from '@lightning-mcp/core'
import { lockHtlc, type Side, type SimulatedChannel, unlockHtlc } from '../channels/channel.ts'

/** `planned`: routed, nothing locked. `offered`: locked in the channel. The other two are for good. */
export type HtlcState = 'planned' | 'offered' | 'settled' | 'failed'

/** A hash time-locked contract in one channel. */
export interface Htlc {
  channelId: string
  /** Who offers it. */
  side: Side
  amountMsat: Msat
  /** Block height at which it goes back. */
  cltvExpiry: number
  state: HtlcState
  /** The node that got it has earned its fee: written down once. */
  forwarded?: true
}

const NEXT: Readonly<Record<HtlcState, readonly HtlcState[]>> = {
  planned: ['offered'],
  offered: ['settled', 'failed'],
  settled: [],
  failed: [],
}

/** Moves an HTLC on, and the money with it. Any other step is a fault of the simulator itself. */
export function moveHtlc(htlc: Htlc, channel: SimulatedChannel, to: HtlcState): void {
  if (!NEXT[htlc.state].includes(to))
    throw new LightningError({
      code: 'internal',
      message: `an HTLC cannot go from ${htlc.state} to ${to}`,
      hint: 'This is a fault in the simulator; please report it.',
    })
  if (to === 'offered') lockHtlc(channel, htlc.side, htlc.amountMsat)
  else unlockHtlc(channel, htlc.side, htlc.amountMsat, to === 'settled' ? 'settled' : 'failed')
  htlc.state = to
}
