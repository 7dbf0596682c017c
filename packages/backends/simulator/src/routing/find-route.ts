import { type Msat, msat, ZERO_MSAT } from '@lightning-mcp/core'
import {
  forwardingFeeMsat,
  otherSide,
  type Side,
  type SimulatedChannel,
  spendableMsat,
} from '../channels/channel.ts'
import type { NetworkState } from '../network-state.ts'
import { Heap } from './heap.ts'

/** BOLT 4: an onion holds so many hops. */
const MAX_HOPS = 20
/** The most blocks that a payment may stay locked, as LND limits it. */
const MAX_CLTV_DELTA = 2016

export interface RouteRequest {
  source: string
  target: string
  /** What the target gets. */
  amountMsat: Msat
  finalCltvDelta: number
  /** Channels by which it may leave. */
  outgoingChannels?: readonly string[] | undefined
  /** The node before the target. */
  lastHop?: string | undefined
  /** Ways that are known not to carry the amount. */
  avoid?: (channel: SimulatedChannel, side: Side, amountMsat: Msat) => boolean
  /** Judge the source's own channels by capacity instead of balance. */
  ignoreOwnBalance?: boolean
}

/** One HTLC of a route. */
export interface PlannedHop {
  channel: SimulatedChannel
  /** Who offers it. */
  side: Side
  from: string
  to: string
  amountMsat: Msat
  /** Blocks from now until it goes back. */
  cltvDelta: number
}

/** From the source to the target. */
export interface PlannedRoute {
  hops: readonly PlannedHop[]
  feeMsat: Msat
}

interface Label {
  node: string
  /** What has to arrive at the node so that the target gets its amount. */
  amountMsat: Msat
  cltvDelta: number
  hops: number
  next?: { label: Label; channel: SimulatedChannel; side: Side; sentMsat: Msat; sentCltvDelta: number }
}

const cheaper = (a: Label, b: Label): boolean =>
  a.amountMsat !== b.amountMsat
    ? a.amountMsat < b.amountMsat
    : a.cltvDelta !== b.cltvDelta
      ? a.cltvDelta < b.cltvDelta
      : a.hops < b.hops

/**
 * The cheapest route, by Dijkstra from the target backwards: what a hop charges depends on what it
 * has to forward, which is only known from behind. The source knows its own balances, of other
 * channels their announced policies alone. Equal fees: fewer blocks locked, then fewer hops.
 */
export function findRoute(state: NetworkState, request: RouteRequest): PlannedRoute | undefined {
  const done = new Set<string>()
  const best = new Map<string, Label>()
  const open = new Heap<Label>(cheaper)
  open.put({
    node: request.target,
    amountMsat: request.amountMsat,
    cltvDelta: request.finalCltvDelta,
    hops: 0,
  })
  for (let label = open.take(); label !== undefined; label = open.take()) {
    if (done.has(label.node)) continue
    done.add(label.node)
    if (label.node === request.source) return toRoute(label, request.amountMsat)
    if (label.hops === MAX_HOPS) continue
    for (const channel of state.channelsOf(label.node)) {
      const side: Side = channel.nodes[0] === label.node ? 1 : 0
      const from = channel.nodes[side]
      if (done.has(from) || !mayCarry(channel, side, label, request)) continue
      const own = from === request.source
      const reached: Label = {
        node: from,
        amountMsat: own
          ? label.amountMsat
          : msat(label.amountMsat + forwardingFeeMsat(channel.policy[side], label.amountMsat)),
        cltvDelta: own ? label.cltvDelta : label.cltvDelta + channel.policy[side].cltvExpiryDelta,
        hops: label.hops + 1,
        next: { label, channel, side, sentMsat: label.amountMsat, sentCltvDelta: label.cltvDelta },
      }
      const known = best.get(from)
      if (reached.cltvDelta > MAX_CLTV_DELTA || (known !== undefined && !cheaper(reached, known))) continue
      best.set(from, reached)
      open.put(reached)
    }
  }
  return undefined
}

function mayCarry(channel: SimulatedChannel, side: Side, label: Label, request: RouteRequest): boolean {
  if (channel.state !== 'active') return false
  const from = channel.nodes[side]
  const amountMsat = label.amountMsat
  const policy = channel.policy[side]
  if (amountMsat < policy.minHtlcMsat || amountMsat > policy.maxHtlcMsat) return false
  if (label.node === request.target && request.lastHop !== undefined && from !== request.lastHop) return false
  if (request.avoid?.(channel, side, amountMsat) === true) return false
  if (from !== request.source) return !channel.private
  if (
    request.outgoingChannels !== undefined &&
    !request.outgoingChannels.includes(channel.shortChannelId ?? '')
  )
    return false
  return request.ignoreOwnBalance === true || amountMsat <= spendableMsat(channel, side)
}

function toRoute(source: Label, amountMsat: Msat): PlannedRoute {
  const hops: PlannedHop[] = []
  for (let step = source.next; step !== undefined; step = step.label.next)
    hops.push({
      channel: step.channel,
      side: step.side,
      from: step.channel.nodes[step.side],
      to: step.channel.nodes[otherSide(step.side)],
      amountMsat: step.sentMsat,
      cltvDelta: step.sentCltvDelta,
    })
  return { hops, feeMsat: hops.length === 0 ? ZERO_MSAT : msat((hops[0]?.amountMsat ?? 0n) - amountMsat) }
}
