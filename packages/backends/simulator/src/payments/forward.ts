import { type Msat, ZERO_MSAT } from '@lightning-mcp/core'
import { forwardingFeeMsat, otherSide, type SimulatedChannel, spendableMsat } from '../channels/channel.ts'
import { takeHoldOrder } from '../faults.ts'
import type { NetworkState } from '../network-state.ts'
import { backUpChannel } from '../nodes/watchtowers.ts'
import { finishPayment } from './finish-payment.ts'
import { giveUp } from './give-up.ts'
import { type Htlc, moveHtlc } from './htlc.ts'
import { noteForwards } from './note-forwards.ts'
import type { PaymentPart, SimulatedPayment } from './payment.ts'
import { receive } from './receive.ts'

/** Takes a part as far as it gets: at once, or step by step where the network has a latency. */
export function drive(state: NetworkState, payment: SimulatedPayment, part: PaymentPart): void {
  if (state.delayed.has(part)) return
  while (step(state, payment, part)) {
    if (state.faults.latencyMs === 0) continue
    const takeBack = state.clock.setTimeout(() => {
      state.delayed.delete(part)
      state.change(() => state.tasks.push({ do: 'drive', payment, part }))
    }, state.faults.latencyMs)
    state.delayed.set(part, takeBack)
    return
  }
}

/** One HTLC offered, settled or failed; `false` where the part has to wait or is over. */
function step(state: NetworkState, payment: SimulatedPayment, part: PaymentPart): boolean {
  switch (part.state) {
    case 'forwarding':
      return part.heldBy === undefined && forward(state, payment, part)
    case 'settling':
    case 'failing':
      return goBack(state, payment, part, part.state === 'settling' ? 'settled' : 'failed')
    default:
      return false
  }
}

function forward(state: NetworkState, payment: SimulatedPayment, part: PaymentPart): boolean {
  const index = part.htlcs.findIndex((htlc) => htlc.state === 'planned')
  if (index < 0) {
    receive(state, payment, part)
    return true
  }
  const htlc = part.htlcs[index] as Htlc
  const channel = state.channel(htlc.channelId)
  const code = refusal(state, channel, htlc, part.htlcs[index - 1])
  if (code !== undefined) {
    part.failure = { code, htlc: index, temporary: code === 'temporary_channel_failure' }
    part.state = 'failing'
    return true
  }
  moveHtlc(htlc, channel, 'offered')
  touch(state, payment, channel)
  const receiver = channel.nodes[otherSide(htlc.side)]
  if (!takeHoldOrder(state.holdOrders, receiver)) return true
  part.heldBy = receiver
  return false
}

/** Why a node does not forward, by its BOLT 4 name. */
function refusal(
  state: NetworkState,
  channel: SimulatedChannel,
  htlc: Htlc,
  incoming: Htlc | undefined,
): string | undefined {
  if (channel.state !== 'active') return 'unknown_next_peer'
  if (!channel.nodes.every((name) => state.node(name).online)) return 'unknown_next_peer'
  const policy = channel.policy[htlc.side]
  if (htlc.amountMsat < policy.minHtlcMsat) return 'amount_below_minimum'
  if (htlc.amountMsat > policy.maxHtlcMsat) return 'temporary_channel_failure'
  if (htlc.amountMsat > spendableMsat(channel, htlc.side)) return 'temporary_channel_failure'
  if (incoming === undefined) return undefined
  if (incoming.amountMsat - htlc.amountMsat < forwardingFeeMsat(policy, htlc.amountMsat))
    return 'fee_insufficient'
  if (incoming.cltvExpiry - htlc.cltvExpiry < policy.cltvExpiryDelta) return 'incorrect_cltv_expiry'
  return undefined
}

/** The last HTLC that is still offered ends, and then the one before it: the outcome travels back to the payer. */
function goBack(
  state: NetworkState,
  payment: SimulatedPayment,
  part: PaymentPart,
  outcome: 'settled' | 'failed',
): boolean {
  const htlc = part.htlcs.findLast((candidate) => candidate.state === 'offered')
  if (htlc === undefined) {
    part.state = outcome
    state.changed({ type: 'payment', value: payment })
    onPartOver(state, payment, part)
    return false
  }
  const channel = state.channel(htlc.channelId)
  // a peer that is away is told once it is back
  if (!channel.nodes.every((name) => state.node(name).online)) return false
  moveHtlc(htlc, channel, outcome)
  touch(state, payment, channel)
  if (outcome === 'settled') noteForwards(state, part)
  return true
}

function onPartOver(state: NetworkState, payment: SimulatedPayment, part: PaymentPart): void {
  if (part.state === 'failed' && payment.givenUp === undefined) {
    if (part.failure?.htlc === undefined)
      giveUp(
        state,
        payment,
        part.failure?.code === 'canceled' ? 'canceled' : 'recipient_rejected',
        part.failure?.code,
      )
    else learn(state, payment, part, part.failure.htlc, part.failure.temporary)
    state.tasks.push({ do: 'attempt', payment })
  }
  finishPayment(state, payment)
}

function learn(
  state: NetworkState,
  payment: SimulatedPayment,
  part: PaymentPart,
  index: number,
  temporary: boolean,
): void {
  const htlc = part.htlcs[index] as Htlc
  const refusals = state.refusals.get(payment.sequence) ?? new Map<string, Msat>()
  state.refusals.set(payment.sequence, refusals)
  const key = `${htlc.channelId}/${htlc.side}`
  const refusedMsat = temporary ? htlc.amountMsat : ZERO_MSAT
  const known = refusals.get(key)
  if (known === undefined || refusedMsat < known) refusals.set(key, refusedMsat)
}

/** Both sides of the channel have a new state. */
function touch(state: NetworkState, payment: SimulatedPayment, channel: SimulatedChannel): void {
  backUpChannel(state, channel)
  state.changed({ type: 'channel', value: channel })
  state.changed({ type: 'payment', value: payment })
}
