import { decodeInvoice } from '@lightning-mcp/codec'
import { MAX_MSAT, type Msat, type Payment } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { sendPayment } from './send-payment.ts'

const PATIENCE_SECONDS = 20

/** What no honest wallet does: pays an invoice with another amount than it asks for. */
export function payOtherAmount(
  state: NetworkState,
  node: string,
  request: { invoice: string; amountMsat: Msat },
): Payment | Promise<Payment> {
  const decoded = decodeInvoice(request.invoice)
  return sendPayment(state, {
    node,
    paymentHash: decoded.paymentHash,
    destination: decoded.payee,
    amountMsat: request.amountMsat,
    maxFeeMsat: MAX_MSAT,
    finalCltvDelta: decoded.minFinalCltvDelta,
    timeoutSeconds: PATIENCE_SECONDS,
    paymentSecret: decoded.paymentSecret,
  })
}
