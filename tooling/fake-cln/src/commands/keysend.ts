import { createHash, randomBytes } from 'node:crypto'
import { msat, type NodeId, type Preimage } from '@lightning-mcp/core'
import type { FakeNode } from '../node/fake-node.ts'
import { type SendOrder, sendPayment } from '../node/send-payment.ts'
import type { Commands } from '../rpc/command.ts'
import { exact } from '../rpc/exact-json.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'
import { xpayAnswer } from './pay.ts'
import { readMaxFee, readRetrySeconds } from './payment-terms.ts'

/** Paying somebody who has asked for nothing; the node chooses the preimage. */
export const keysendCommands: Commands = {
  xkeysend: async (node, params) => xpayAnswer(await sendPayment(node, readOrder(node, params, 1))),

  keysend: async (node, params) => {
    const order = readOrder(node, params, 0)
    if (!node.network.nodes.some(({ nodeId }) => nodeId === order.destination))
      throw outOfRoutes(order, `Unknown destination ${order.destination}`)
    try {
      const { payment, group } = await sendPayment(node, order)
      return {
        destination: group.destination,
        payment_hash: group.paymentHash,
        created_at: node.preciseNow(),
        parts: group.parts.length,
        amount_msat: exact(group.amountMsat),
        amount_sent_msat: exact(group.amountMsat + (payment.feeMsat ?? 0n)),
        payment_preimage: payment.preimage,
        status: 'complete',
      }
    } catch (error) {
      if (error instanceof RpcError && error.code > 0) throw outOfRoutes(order, error.message)
      throw error
    }
  },
}

/** What the old plugin tells stands beside code and message, not under `data`. */
const outOfRoutes = (order: SendOrder, reason: string): RpcError =>
  new RpcError(210, 'Ran out of routes to try after 1 attempt: see `paystatus`', {
    beside: {
      attempts: [{ status: 'failed', failreason: reason, partid: 0, amount_msat: exact(order.amountMsat) }],
    },
  })

function readOrder(node: FakeNode, params: Parameters, partId: number): SendOrder {
  const destination = params.nodeId('destination') as NodeId
  const amountMsat = msat(params.msat('amount_msat') ?? 0n)
  if (amountMsat === 0n) throw badParameter('amount_msat', 'should be a positive millisatoshi amount', '0')
  const secret = randomBytes(32)
  const maxFeeMsat = readMaxFee(params, amountMsat)
  return {
    paymentHash: createHash('sha256').update(secret).digest('hex'),
    destination,
    amountMsat,
    expectedSentMsat: amountMsat,
    label: params.text('label'),
    target: { nodeId: destination, amountMsat },
    maxFeeMsat,
    partId,
    send: () =>
      node.link.call('sendKeysend', {
        destination,
        amountMsat,
        maxFeeMsat: msat(maxFeeMsat),
        preimage: secret.toString('hex') as Preimage,
        timeoutSeconds: readRetrySeconds(params),
      }),
  }
}
