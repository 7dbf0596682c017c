import { type Msat, msat, type Preimage } from '@lightning-mcp/core'
import { invoiceStatus, type SimulatedInvoice } from '../invoices/invoice.ts'
import type { NetworkState } from '../network-state.ts'
import { toInvoice, toPayment } from '../to-core.ts'
import { keysendInvoice } from './keysend.ts'
import type { PaymentPart, SimulatedPayment } from './payment.ts'

/** The recipient gets a part: it refuses it, keeps it until the set is complete, or takes the whole. */
export function receive(state: NetworkState, payment: SimulatedPayment, part: PaymentPart): void {
  const invoice = invoiceOf(state, payment) ?? keysendInvoice(state, payment)
  const code = refusal(state, payment, part, invoice)
  if (invoice === undefined || code !== undefined) {
    part.failure = { code: code ?? 'incorrect_or_unknown_payment_details', temporary: false }
    part.state = 'failing'
    return
  }
  part.state = 'arrived'
  state.changed({ type: 'payment', value: payment })
  const arrived = payment.parts.filter((candidate) => candidate.state === 'arrived')
  const receivedMsat = sum(arrived.map((candidate) => candidate.amountMsat))
  if (receivedMsat < payment.amountMsat) return
  invoice.paidBy = payment.sequence
  invoice.receivedMsat = receivedMsat
  if (invoice.preimage !== undefined) settleInvoice(state, invoice, invoice.preimage)
  else {
    invoice.status = 'accepted'
    const expiries = arrived.map((candidate) => candidate.htlcs.at(-1)?.cltvExpiry ?? Number.MAX_SAFE_INTEGER)
    invoice.htlcExpiryHeight = Math.min(...expiries)
    report(state, invoice, 'invoice-accepted')
    state.emit(payment.node, { type: 'payment-pending', payment: toPayment(payment) })
  }
}

/** The recipient gives out the preimage: every part of the set settles. */
export function settleInvoice(state: NetworkState, invoice: SimulatedInvoice, preimage: Preimage): void {
  invoice.status = 'settled'
  invoice.preimage = preimage
  invoice.settledAt = state.now()
  report(state, invoice, 'invoice-settled')
  const payment = state.livePayments.get(invoice.paidBy ?? -1)
  if (payment === undefined) return
  payment.preimage = preimage
  decide(state, payment, 'settling')
}

/** The recipient sends everything back that it holds for this invoice, and takes no more. */
export function cancelInvoice(state: NetworkState, invoice: SimulatedInvoice): void {
  const held = invoice.status === 'accepted' ? state.livePayments.get(invoice.paidBy ?? -1) : undefined
  invoice.status = 'canceled'
  delete invoice.receivedMsat
  delete invoice.htlcExpiryHeight
  report(state, invoice, 'invoice-canceled')
  if (held !== undefined) decide(state, held, 'failing')
}

/** The payer gave up: parts that wait for the rest of their set go back (BOLT 4 `mpp_timeout`). */
export function releaseIncomplete(state: NetworkState, payment: SimulatedPayment): void {
  const invoice = invoiceOf(state, payment)
  if (invoice?.paidBy === payment.sequence && invoice.status !== 'open') return
  decide(state, payment, 'failing')
}

function decide(state: NetworkState, payment: SimulatedPayment, outcome: 'settling' | 'failing'): void {
  const arrived = payment.parts.filter((part) => part.state === 'arrived')
  for (const part of arrived) {
    part.state = outcome
    if (outcome === 'failing')
      part.failure ??= { code: 'incorrect_or_unknown_payment_details', temporary: false }
  }
  state.changed({ type: 'payment', value: payment })
  for (const part of arrived) state.tasks.push({ do: 'drive', payment, part })
}

function refusal(
  state: NetworkState,
  payment: SimulatedPayment,
  part: PaymentPart,
  invoice: SimulatedInvoice | undefined,
): string | undefined {
  const unknown = 'incorrect_or_unknown_payment_details'
  if (invoice === undefined || invoiceStatus(invoice, state.now()) !== 'open') return unknown
  if (payment.keysendPreimage === undefined && payment.paymentSecret !== invoice.paymentSecret) return unknown
  const askedMsat = invoice.amountMsat
  // BOLT 4: at most twice what was asked for
  if (askedMsat !== undefined && (payment.amountMsat < askedMsat || payment.amountMsat > askedMsat * 2n))
    return unknown
  const last = part.htlcs.at(-1)
  if (last !== undefined && last.cltvExpiry < state.counters.height + invoice.finalCltvDelta) return unknown
  if (payment.givenUp !== undefined) return 'mpp_timeout'
  return undefined
}

const invoiceOf = (state: NetworkState, payment: SimulatedPayment): SimulatedInvoice | undefined =>
  state.invoices.get(state.nodesById.get(payment.destination)?.name ?? '')?.get(payment.paymentHash)

function report(
  state: NetworkState,
  invoice: SimulatedInvoice,
  type: 'invoice-accepted' | 'invoice-settled' | 'invoice-canceled',
): void {
  state.changed({ type: 'invoice', value: invoice })
  state.emit(invoice.node, { type, invoice: toInvoice(invoice, state.now()) })
}

const sum = (amounts: readonly Msat[]): Msat =>
  msat(amounts.reduce((total: bigint, amount) => total + amount, 0n))
