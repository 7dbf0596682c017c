import { assertPayable } from '@lightning-mcp/codec'
import {
  type CreateHoldInvoiceRequest,
  type Invoice,
  type KeysendRequest,
  LightningError,
  msat,
  type PayInvoiceRequest,
  type Payment,
  type PaymentHash,
  type Preimage,
  type UnixSeconds,
} from '@lightning-mcp/core'
import { createInvoice, hashOf } from '../invoices/create-invoice.ts'
import { cancelOpenInvoice, settleHoldInvoice } from '../invoices/decide-invoice.ts'
import type { NetworkState } from '../network-state.ts'
import { choosePreimage } from '../payments/keysend.ts'
import type { SimulatedPayment } from '../payments/payment.ts'
import { toInvoice, toPayment } from '../to-core.ts'
import { sendPayment } from './send-payment.ts'

const DEFAULT_TIMEOUT_SECONDS = 60
const KEYSEND_CLTV_DELTA = 80

/** What moves a wallet's money, in and out. */
export const paymentCalls = (state: NetworkState, name: string) => ({
  /** Answers once the payment is over, or its time. */
  payInvoice: (request: Omit<PayInvoiceRequest, 'signal'>): Payment | Promise<Payment> => {
    const { decoded, amountMsat } = assertPayable(request, { network: 'regtest', nowSeconds: state.now() })
    return sendPayment(state, {
      node: name,
      paymentHash: decoded.paymentHash,
      destination: decoded.payee,
      amountMsat,
      maxFeeMsat: msat(request.maxFeeMsat),
      finalCltvDelta: decoded.minFinalCltvDelta,
      timeoutSeconds: checkTimeout(request.timeoutSeconds),
      paymentSecret: decoded.paymentSecret,
      description: decoded.description,
      maxParts: checkParts(request.maxParts),
      outgoingChannels: request.outgoingChannels,
      lastHop: request.lastHop,
      allowSelfPayment: request.allowSelfPayment,
    })
  },

  /** Without a preimage the node chooses one. */
  sendKeysend: (
    request: Omit<KeysendRequest, 'signal' | 'preimage'> & { preimage?: Preimage },
  ): Payment | Promise<Payment> => {
    if (msat(request.amountMsat) === 0n)
      throw bad('a payment must have an amount', 'Give an amount above zero.')
    const secret = request.preimage ?? state.change(() => choosePreimage(state, name))
    return sendPayment(state, {
      node: name,
      paymentHash: hashOf(secret),
      destination: request.destination,
      amountMsat: request.amountMsat,
      maxFeeMsat: msat(request.maxFeeMsat),
      finalCltvDelta: KEYSEND_CLTV_DELTA,
      timeoutSeconds: checkTimeout(request.timeoutSeconds),
      keysendPreimage: secret,
      label: request.label,
      maxParts: 1,
    })
  },

  lookupPayment: (request: PaymentLookup): Payment | undefined => {
    const payment =
      'paymentHash' in request
        ? state.payments.get(name)?.get(request.paymentHash)
        : newestLabelled(state, name, request)
    return payment === undefined ? undefined : toPayment(payment)
  },

  createHoldInvoice: (request: Omit<CreateHoldInvoiceRequest, 'signal'>): Invoice =>
    state.change(() => {
      const invoice = toInvoice(createInvoice(state, { ...request, node: name }), state.now())
      state.emit(name, { type: 'invoice-created', invoice })
      return invoice
    }),

  settleHoldInvoice: (request: { preimage: Preimage }): Invoice =>
    toInvoice(
      state.change(() => settleHoldInvoice(state, name, request.preimage)),
      state.now(),
    ),

  cancelInvoice: (request: { paymentHash: PaymentHash }): Invoice =>
    toInvoice(
      state.change(() => cancelOpenInvoice(state, name, request.paymentHash)),
      state.now(),
    ),
})

/** By hash, or by the label of a keysend payment that is not older. */
export type PaymentLookup = { paymentHash: PaymentHash } | { label: string; since: UnixSeconds }

const newestLabelled = (
  state: NetworkState,
  name: string,
  { label, since }: { label: string; since: UnixSeconds },
): SimulatedPayment | undefined =>
  state.history
    .get(name)
    ?.findLast(
      (entry): entry is SimulatedPayment =>
        entry.kind === 'payment' && entry.label === label && entry.createdAt >= since,
    )

const bad = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

export function checkTimeout(timeoutSeconds = DEFAULT_TIMEOUT_SECONDS): number {
  if (timeoutSeconds > 0 && timeoutSeconds <= 86_400) return timeoutSeconds
  throw bad('the time-out must be above zero and at most a day', 'Give 1 to 86400 seconds.')
}

function checkParts(maxParts: number | undefined): number | undefined {
  if (maxParts === undefined || (Number.isSafeInteger(maxParts) && maxParts >= 1)) return maxParts
  throw bad('the number of parts must be a whole number of at least 1', 'Leave it out, or give 1 to 16.')
}
