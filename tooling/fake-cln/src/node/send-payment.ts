import {
  type FailureReason,
  LightningError,
  type Payment,
  type Route,
  type RouteTarget,
} from '@lightning-mcp/core'
import { RpcError } from '../rpc/rpc-error.ts'
import type { FakeNode } from './fake-node.ts'
import { groupState, type NewGroup, type PaymentGroup } from './payment-book.ts'

/** A payment that is about to leave. */
export interface SendOrder extends NewGroup {
  /** Has the network try it; what can be decided at once is decided before this returns. */
  send: () => Promise<Payment>
  /** By which the graph is asked whether a failure can have come from further away. */
  target: RouteTarget
  maxFeeMsat: bigint
  /** Of the first part; the old keysend counts from 0. */
  partId?: number
}

/** What became of it. */
export interface SentPayment {
  group: PaymentGroup
  payment: Payment
}

/** Refuses what is paid (as xpay does it) or under way. */
export function refuseRepetition(node: FakeNode, paymentHash: string): void {
  for (const group of node.payments.groups(paymentHash)) {
    const state = groupState(group.parts)
    if (state === 'complete') throw alreadyPaid()
    if (state === 'pending') throw stillInProgress(group.groupId)
  }
}

const alreadyPaid = (): RpcError => new RpcError(219, 'Already paid this invoice successfully')

const stillInProgress = (groupId: bigint): RpcError =>
  new RpcError(
    -3,
    `Unexpected injectpaymentonion error 200: {"code":200,"message":"Payment with groupid=${groupId} still in progress, cannot retry before that completes."}`,
  )

/**
 * Pays, and answers once it is over: `retry_for` ends tries, never the wait for a part that is held.
 * Whoever hangs up changes nothing.
 */
export async function sendPayment(node: FakeNode, order: SendOrder): Promise<SentPayment> {
  refuseRepetition(node, order.paymentHash)
  let group = await pausedFirst(node, order)
  let outcome: Payment | undefined
  const over = new Promise<Payment>((resolve) => {
    node.onOver(order.paymentHash, (payment) => {
      outcome = payment
      if (payment.status === 'settled') {
        group ??= node.payments.begin(order, order.partId)
        settle(node, group, payment)
      } else if (group !== undefined) node.payments.fail(group)
      resolve(payment)
    })
  })
  const answer = order.send()
  // what is not over now is held by somebody, or on its way
  if (outcome === undefined) {
    if (group === undefined) group = node.payments.begin(order, order.partId)
    else node.payments.resume(group)
  }
  const held = outcome === undefined
  try {
    if (held && node.faults.failWhileHeld) {
      answer.catch(() => undefined)
      node.faults.failWhileHeld = false
      throw new RpcError(209, 'Failed after 1 attempts. We got temporary_node_failure, and gave up')
    }
    await answer
  } catch (error) {
    if (!LightningError.is(error)) throw error
    if (group !== undefined) node.payments.forget(group)
    throw refusal(error)
  }
  const payment = await over
  if (payment.status === 'settled') return { payment, group: group as PaymentGroup }
  throw await failure(node, order, payment, group !== undefined)
}

/**
 * Where that is asked for, a first part is under way until it fails, and for a while after it nothing is:
 * every row says `failed`, and the payment is not over.
 */
async function pausedFirst(node: FakeNode, order: SendOrder): Promise<PaymentGroup | undefined> {
  const pause = node.faults.pause
  node.faults.pause = undefined
  if (pause === undefined) return undefined
  const group = node.payments.begin(order, order.partId)
  await pause.partFails
  node.payments.fail(group)
  await pause.goesOn
  return group
}

/** The success of the whole; where that is asked for, some parts are told late. */
function settle(node: FakeNode, group: PaymentGroup, payment: Payment): void {
  const late = Math.min(node.faults.lateParts, (payment.parts ?? 1) - 1)
  if (late > 0) node.faults.lateParts = 0
  node.payments.complete(group, payment, late)
}

/** The network did not begin at all. */
function refusal(error: LightningError): RpcError {
  if (error.code === 'already_paid') return alreadyPaid()
  if (error.code === 'in_progress') return stillInProgress(0n)
  return new RpcError(-1, error.message)
}

const UNUSABLE = 'Failed: We could not find a usable set of paths.'

async function failure(
  node: FakeNode,
  order: SendOrder,
  payment: Payment,
  noted: boolean,
): Promise<RpcError> {
  const reason: FailureReason = payment.failure?.reason ?? 'other'
  const route = reason === 'no_route' ? await routeFor(node, order) : undefined
  if (!noted && (reason === 'recipient_rejected' || route !== undefined))
    node.payments.fail(node.payments.begin(order, order.partId))
  if (reason === 'recipient_rejected')
    return new RpcError(203, "Destination said it doesn't know invoice: incorrect_or_unknown_payment_details")
  if (reason === 'fee_limit_exceeded')
    return new RpcError(206, 'Failed: Could not find route without excessive cost')
  if (reason === 'timeout') return new RpcError(209, 'Failed after 1 attempts. Timed out')
  return route === undefined ? unroutable(node, order) : afterAttempt(node, order, route)
}

/** The first hop beyond the own channel is what the network blames: the payer cannot see past it. */
function afterAttempt(node: FakeNode, { amountMsat }: SendOrder, { hops }: Route): RpcError {
  const path = hops.map(({ channelId }) => channelId).join('->')
  const from = hops.at(-2)?.nodeId ?? node.id
  const last = `${hops.at(-1)?.channelId}/${from > (hops.at(-1)?.nodeId ?? '') ? 1 : 0}`
  return new RpcError(
    209,
    `Failed after 1 attempts. We got temporary_channel_failure for ${last}, assuming it can't carry ${amountMsat}msat. Then routing failed: We could not find a usable set of paths. The shortest path is ${path}, but ${last} layer xpay says max is ${amountMsat - 1n}msat`,
  )
}

/** A route that graph and limit allow, by a peer that is there: then what failed was tried. */
async function routeFor(node: FakeNode, { target, maxFeeMsat }: SendOrder): Promise<Route | undefined> {
  const { items } = await node.link.call('listChannels', { limit: 1000 })
  if (items.every(({ state }) => state !== 'active')) return undefined
  try {
    const routes = await node.link.call('findRoutes', { target, limit: 1 })
    return routes.find(({ feeMsat }) => feeMsat <= maxFeeMsat)
  } catch {
    return undefined
  }
}

async function unroutable(node: FakeNode, { destination }: SendOrder): Promise<RpcError> {
  // no capture shows this one: the words are askrene's
  if (!node.network.nodes.some(({ nodeId }) => nodeId === destination))
    return new RpcError(205, `Failed: Unknown destination node ${destination}`)
  const { items } = await node.link.call('listChannels', { limit: 1000 })
  if (items.every(({ state }) => state !== 'active'))
    return new RpcError(205, `${UNUSABLE} All ${items.length} channels to the source are disabled.`)
  const capacityMsat = items.reduce((total: bigint, item) => total + (item.spendableMsat ?? 0n), 0n)
  return new RpcError(
    205,
    `${UNUSABLE} Total source capacity is only ${capacityMsat}msat (in ${items.length} channels).`,
  )
}
