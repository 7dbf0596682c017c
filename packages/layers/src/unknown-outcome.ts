import { createHash } from 'node:crypto'
import { decodeBolt12Invoice, decodeInvoice } from '@lightning-mcp/codec'
import { LightningError, type Msat, type Payment, type PaymentHash, paymentHash } from '@lightning-mcp/core'
import type { LayerCall } from './wrap-backend.ts'

/**
 * What a caller is told of a request that may have reached the backend and whose reply it will
 * never see: `unknown`, in the form that the operation answers in. Throws `outcome_unknown` where
 * the answer has no such form, `unavailable` for a read, which changed nothing.
 */
export function unknownOutcome(call: LayerCall, reason: string): unknown {
  const { operation, request } = call
  switch (operation) {
    case 'payInvoice':
    case 'keysend.send':
    case 'offers.pay': {
      const hash = hashOf(call)
      if (hash !== undefined) return unknownPayment(hash, request?.amountMsat as Msat | undefined)
      break
    }
    case 'channels.open':
    case 'channels.close':
    case 'splicing.spliceIn':
    case 'splicing.spliceOut':
    case 'onchain.send':
      return { status: 'unknown', detail: reason }
  }
  if (call.operationClass === 'read')
    throw new LightningError({
      code: 'unavailable',
      message: reason,
      hint: 'Try again; if it stays so, the node is down, too busy or cannot be reached: its owner has to look.',
      sent: 'maybe',
    })
  throw new LightningError({
    code: 'outcome_unknown',
    message: reason,
    hint: 'Look up what became of it before you do it again.',
  })
}

/** The hash under which a spending call pays, where it has one before the backend answers. */
export function hashOf(call: Pick<LayerCall, 'operation' | 'request'>): PaymentHash | undefined {
  const { operation, request } = call
  if (operation === 'keysend.send' && typeof request?.preimage === 'string')
    return paymentHash(createHash('sha256').update(Buffer.from(request.preimage, 'hex')).digest('hex'))
  if (typeof request?.invoice !== 'string') return undefined
  try {
    if (operation === 'offers.pay') return decodeBolt12Invoice(request.invoice).paymentHash
    return operation === 'payInvoice' ? decodeInvoice(request.invoice).paymentHash : undefined
  } catch {
    return undefined
  }
}

const unknownPayment = (hash: PaymentHash, amountMsat: Msat | undefined): Payment => ({
  paymentHash: hash,
  status: 'unknown',
  ...(amountMsat === undefined ? {} : { amountMsat }),
})
