import type { SimulatedChannel } from '../channels/channel.ts'
import type { NetworkState } from '../network-state.ts'
import { moveHtlc } from './htlc.ts'
import { noteForwards } from './note-forwards.ts'
import type { PaymentPart, SimulatedPayment } from './payment.ts'
import { cancelInvoice } from './receive.ts'

/** So many blocks before its HTLCs run out an accepted hold invoice is canceled, as LND does it. */
const HOLD_EXPIRY_DELTA = 12

/** A new block: what has been held too long goes back. */
export function timeOutHtlcs(state: NetworkState): void {
  const height = state.counters.height
  for (const payment of state.livePayments.values())
    for (const part of payment.parts) {
      if (part.state === 'arrived') {
        const expiry = part.htlcs.at(-1)?.cltvExpiry ?? Number.MAX_SAFE_INTEGER
        if (height >= expiry - HOLD_EXPIRY_DELTA) sendBack(state, payment, part)
      } else if (part.heldBy !== undefined && part.state === 'forwarding') {
        const expiry = part.htlcs.findLast((htlc) => htlc.state === 'offered')?.cltvExpiry
        if (expiry !== undefined && height >= expiry) sendBack(state, payment, part)
      }
    }
}

/** A forced close is mined: HTLCs that are still in the channel end as their payment was decided, undecided ones time out. */
export function timeOutHtlcsOf(state: NetworkState, channel: SimulatedChannel): void {
  if (channel.htlcs[0] + channel.htlcs[1] === 0) return
  for (const payment of state.livePayments.values())
    for (const part of payment.parts)
      for (const htlc of part.htlcs) {
        if (htlc.channelId !== channel.id || htlc.state !== 'offered') continue
        if (part.state === 'forwarding' || part.state === 'arrived') sendBack(state, payment, part)
        moveHtlc(htlc, channel, part.state === 'settling' ? 'settled' : 'failed')
        if (part.state === 'settling') noteForwards(state, part)
        state.changed({ type: 'channel', value: channel })
        state.changed({ type: 'payment', value: payment })
      }
}

function sendBack(state: NetworkState, payment: SimulatedPayment, part: PaymentPart): void {
  const recipient = state.nodesById.get(payment.destination)?.name ?? ''
  const invoice = state.invoices.get(recipient)?.get(payment.paymentHash)
  // a set is taken or sent back as a whole
  if (invoice?.status === 'accepted' && invoice.paidBy === payment.sequence) cancelInvoice(state, invoice)
  if (part.state === 'failing') return
  delete part.heldBy
  part.failure ??= { code: 'permanent_channel_failure', htlc: 0, temporary: false }
  part.state = 'failing'
  state.changed({ type: 'payment', value: payment })
  state.tasks.push({ do: 'drive', payment, part })
}
