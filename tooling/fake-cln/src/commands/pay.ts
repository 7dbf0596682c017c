import { decodeInvoice } from '@lightning-mcp/codec'
import { type DecodedInvoice, LightningError, msat } from '@lightning-mcp/core'
import type { FakeNode } from '../node/fake-node.ts'
import { groupState, type PaymentGroup } from '../node/payment-book.ts'
import { type SendOrder, type SentPayment, sendPayment } from '../node/send-payment.ts'
import type { Commands } from '../rpc/command.ts'
import { exact, given } from '../rpc/exact-json.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { INVALID_PARAMS, RpcError } from '../rpc/rpc-error.ts'
import { bolt12Order } from './pay-bolt12.ts'
import { readMaxFee, readRetrySeconds } from './payment-terms.ts'

/** Paying what somebody asked for. */
export const payCommands: Commands = {
  xpay: async (node, params, caller) => {
    const order = await readOrder(node, params)
    caller.tell('debug', `getroutes from ${node.id} to ${order.destination}`)
    const sent = await sendPayment(node, order)
    caller.tell('info', `Success: preimage=${sent.payment.preimage}`)
    return xpayAnswer(sent)
  },

  /** Goes through xpay, but a paid invoice is answered again. */
  pay: async (node, params, caller) => {
    const order = await readOrder(node, params)
    const paid = completed(node, order.paymentHash)
    if (paid !== undefined) return payAgainAnswer(paid)
    caller.tell('debug', `getroutes from ${node.id} to ${order.destination}`)
    const { payment, group } = await sendPayment(node, order)
    return {
      payment_preimage: payment.preimage,
      amount_msat: exact(group.amountMsat),
      amount_sent_msat: exact(sentMsat(group)),
      parts: group.parts.length,
      destination: group.destination,
      payment_hash: group.paymentHash,
      status: 'complete',
      created_at: node.preciseNow(),
    }
  },
}

export const xpayAnswer = ({ payment, group }: SentPayment): unknown => ({
  payment_preimage: payment.preimage,
  amount_msat: exact(group.amountMsat),
  amount_sent_msat: exact(sentMsat(group)),
  failed_parts: 0,
  successful_parts: group.parts.length,
})

function payAgainAnswer(group: PaymentGroup): unknown {
  const { preimage } = group.parts.find(({ state }) => state === 'complete') ?? {}
  return given({
    payment_preimage: preimage,
    status: 'complete',
    amount_msat: exact(group.amountMsat),
    amount_sent_msat: exact(sentMsat(group)),
    destination: group.destination,
    payment_hash: group.paymentHash,
    created_at: group.createdAt,
    parts: group.parts.length,
  })
}

const completed = (node: FakeNode, hash: string): PaymentGroup | undefined =>
  node.payments.groups(hash).find(({ parts }) => groupState(parts) === 'complete')

const sentMsat = (group: PaymentGroup): bigint =>
  group.parts.reduce((total, part) => (part.state === 'failed' ? total : total + part.sentMsat), 0n)

/** Everything that is refused before anything is sent, in the daemon's order. */
async function readOrder(node: FakeNode, params: Parameters): Promise<SendOrder> {
  const text = params.text('invstring') ?? ''
  if (/^ln[oi]1/i.test(text)) return bolt12Order(node, params, text)
  const decoded = decode(text)
  const asked = params.msat('amount_msat')
  if (decoded.amountMsat === undefined && asked === undefined)
    throw new RpcError(INVALID_PARAMS, 'amount_msat required')
  if (decoded.amountMsat !== undefined && asked !== undefined)
    throw new RpcError(INVALID_PARAMS, 'unnecessary amount_msat for invoice')
  const lateSeconds = node.now() - decoded.expiresAt
  if (lateSeconds >= 0) throw new RpcError(207, `Invoice expired ${lateSeconds} seconds ago`)
  const amountMsat = msat(decoded.amountMsat ?? asked ?? 0n)
  const maxFeeMsat = readMaxFee(params, amountMsat)
  const target = { invoice: decoded.invoice, ...(asked === undefined ? {} : { amountMsat }) }
  return {
    paymentHash: decoded.paymentHash,
    destination: decoded.payee,
    amountMsat,
    expectedSentMsat: amountMsat + (await expectedFee(node, target)),
    bolt11: decoded.invoice,
    label: params.text('label'),
    target,
    maxFeeMsat,
    send: () =>
      node.link.call('payInvoice', {
        ...target,
        maxFeeMsat: msat(maxFeeMsat),
        timeoutSeconds: readRetrySeconds(params),
        allowSelfPayment: true,
      }),
  }
}

function decode(text: string): DecodedInvoice {
  try {
    return decodeInvoice(text)
  } catch (error) {
    if (!LightningError.is(error)) throw error
    throw new RpcError(INVALID_PARAMS, 'Invalid bolt11 invoice: Bad bech32 string')
  }
}

/** What a part that is still on its way is told to have cost. */
export async function expectedFee(node: FakeNode, target: SendOrder['target']): Promise<bigint> {
  try {
    return (await node.link.call('estimateFee', { target })).feeMsat
  } catch {
    return 0n
  }
}
