import { clampSubMsat, type FailureReason, type Msat, msat, ZERO_MSAT } from '@lightning-mcp/core'
import { type Side, type SimulatedChannel, spendableMsat } from '../channels/channel.ts'
import type { NetworkState } from '../network-state.ts'
import { findRoute, type PlannedRoute, type RouteRequest } from '../routing/find-route.ts'
import { giveUp } from './give-up.ts'
import type { PaymentPart, SimulatedPayment } from './payment.ts'

/** Below this an amount is not split any further. */
const MIN_PART_MSAT = 10_000n

const isAlive = (part: PaymentPart): boolean => part.state !== 'failed'

/** Sends one more part, if the whole amount is not on its way yet, or gives up. */
export function attempt(state: NetworkState, payment: SimulatedPayment): void {
  if (payment.status !== 'pending' || payment.givenUp !== undefined) return
  const alive = payment.parts.filter(isAlive)
  const unsentMsat = clampSubMsat(payment.amountMsat, sum(alive.map((part) => part.amountMsat)))
  // a recipient that has begun to settle has the whole amount
  if (unsentMsat === 0n || alive.some((part) => part.state === 'settling' || part.state === 'settled')) return
  if (state.clock.now() >= payment.deadlineMs) {
    giveUp(state, payment, 'timeout')
    return
  }
  const feeLeftMsat = clampSubMsat(payment.maxFeeMsat, sum(alive.map((part) => part.feeMsat)))
  const plan = planPart(state, payment, unsentMsat, feeLeftMsat, payment.maxParts - alive.length)
  if (typeof plan === 'string') giveUp(state, payment, plan)
  else {
    launch(state, payment, plan.route, plan.amountMsat)
    state.tasks.push({ do: 'attempt', payment })
  }
}

function planPart(
  state: NetworkState,
  payment: SimulatedPayment,
  unsentMsat: Msat,
  feeLeftMsat: Msat,
  partsLeft: number,
): { route: PlannedRoute; amountMsat: Msat } | FailureReason {
  if (partsLeft <= 0) return 'no_route'
  const target = state.nodesById.get(payment.destination)
  if (target === undefined) return 'no_route'
  const request: RouteRequest = {
    source: payment.node,
    target: target.name,
    amountMsat: unsentMsat,
    finalCltvDelta: payment.finalCltvDelta,
    outgoingChannels: payment.outgoingChannels,
    lastHop: payment.lastHop,
    avoid: avoidance(state, payment),
  }
  if (target.name === payment.node) return { route: { hops: [], feeMsat: ZERO_MSAT }, amountMsat: unsentMsat }
  let amountMsat = unsentMsat
  do {
    const route = findRoute(state, { ...request, amountMsat })
    if (route !== undefined)
      return route.feeMsat <= feeLeftMsat ? { route, amountMsat } : 'fee_limit_exceeded'
    amountMsat = msat((amountMsat + 1n) / 2n)
  } while (partsLeft > 1 && amountMsat >= MIN_PART_MSAT)
  return whyUnroutable(state, request)
}

/** The balance is to blame if a route is there but for the payer's own side. */
function whyUnroutable(state: NetworkState, request: RouteRequest): FailureReason {
  const ownMsat = sum(
    state
      .channelsOf(request.source)
      .map((channel) => spendableMsat(channel, channel.nodes[0] === request.source ? 0 : 1)),
  )
  const route = findRoute(state, { ...request, ignoreOwnBalance: true })
  if (request.amountMsat + (route?.feeMsat ?? 0n) > ownMsat) return 'insufficient_balance'
  return 'no_route'
}

function avoidance(
  state: NetworkState,
  payment: SimulatedPayment,
): (channel: SimulatedChannel, side: Side, amountMsat: Msat) => boolean {
  const refusals = state.refusals.get(payment.sequence)
  return (channel, side, amountMsat) => {
    // one's own peers are known to be there or not, and so is one's own balance
    if (channel.nodes[side] === payment.node && !state.node(channel.nodes[side === 0 ? 1 : 0]).online)
      return true
    const refusedMsat = refusals?.get(`${channel.id}/${side}`)
    return refusedMsat !== undefined && amountMsat >= refusedMsat
  }
}

function launch(state: NetworkState, payment: SimulatedPayment, route: PlannedRoute, amountMsat: Msat): void {
  state.counters.part += 1
  const part: PaymentPart = {
    id: state.counters.part,
    amountMsat,
    feeMsat: route.feeMsat,
    state: 'forwarding',
    htlcs: route.hops.map((hop) => ({
      channelId: hop.channel.id,
      side: hop.side,
      amountMsat: hop.amountMsat,
      cltvExpiry: state.counters.height + hop.cltvDelta,
      state: 'planned',
    })),
  }
  payment.parts.push(part)
  state.changed({ type: 'payment', value: payment })
  state.tasks.push({ do: 'drive', payment, part })
}

const sum = (amounts: readonly Msat[]): Msat =>
  msat(amounts.reduce((total: bigint, amount) => total + amount, 0n))
