import { LightningError, type Payment } from '@lightning-mcp/core'
import { type Intent, mintsInvoice } from '../intents/intent.ts'
import { lookOutcome, type Outcome } from '../intents/outcome.ts'
import { offerOf } from '../spending/offer-of.ts'
import { detailsOf, type OfferDetails } from '../spending/spend-plan.ts'
import { adoptByHash, judgePayment, lookUpByHash } from './by-hash.ts'
import { waitingOutcome } from './spent.ts'
import type { Judge, LookContext, Strategy } from './strategy.ts'
import { theOnePayment } from './the-one-payment.ts'

/** BOLT 12: for how long an invoice that says nothing else can be paid. */
const INVOICE_EXPIRY_MS = 7_200_000

/**
 * An offer. Where its invoice was fetched first, the payment is pinned by that and found by its hash.
 * Where the backend fetches one itself, the reply alone tells the hash; a lost one is found as the one
 * new payment of that offer and amount.
 */
export const offerStrategy: Strategy = {
  isReady: (intent) =>
    intent.details !== undefined && (!mintsInvoice(intent) || intent.invoice !== undefined),
  async send(intent, backend, options) {
    const { offer, hasAmount } = offerOf(intent)
    const { amountMsat, maxFeeMsat, comment, invoice } = intent
    if (backend.offers?.pay === undefined)
      throw new LightningError({ code: 'unsupported', message: 'this backend pays no offers' })
    const isFetched = mintsInvoice(intent)
    const payment = await backend.offers.pay({
      offer,
      maxFeeMsat,
      ...(hasAmount ? {} : { amountMsat }),
      ...(comment === undefined ? {} : { payerNote: comment }),
      ...(isFetched && invoice !== undefined ? { invoice } : {}),
      ...options,
    })
    return isFetched ? judgePayment(payment) : judgeUnseen(payment)
  },
  adopt: adoptByHash,
  async lookUp(intent, context) {
    if (intent.paymentHash !== undefined || intent.backendPaymentId !== undefined) {
      const judge = await lookUpByHash(intent, context)
      if (mintsInvoice(intent)) return judge
      return (current, nowMs) => withoutRetry(judge(current, nowMs), current, nowMs)
    }
    const askedAtMs = context.clock.now()
    const found = await findPayment(intent, context)
    const answeredAtMs = context.clock.now()
    if (found === undefined) return (current, nowMs) => waitingOutcome(current, nowMs)
    return found.status === 'failed' ? judgeFailed(found, askedAtMs, answeredAtMs) : judgeUnseen(found)
  },
}

async function findPayment(intent: Intent, context: LookContext): Promise<Payment | undefined> {
  const { offer, known = [] } = detailsOf<OfferDetails>(intent)
  const payments = await context.ask(
    async (backend, signal) => (await backend.offers?.listPayments?.({ offer, signal })) ?? [],
  )
  const fresh = payments.filter(
    ({ paymentHash, amountMsat }) =>
      !known.includes(paymentHash) && (amountMsat === undefined || amountMsat === intent.amountMsat),
  )
  return theOnePayment(intent, fresh, context)
}

/** The backend's answer about an invoice that it fetched itself: from here on its hash is the payment's. */
const judgeUnseen =
  (payment: Payment): Judge =>
  (current, nowMs) => {
    // without an outcome there is no knowing whether the hash was made up by whoever lost the reply
    if (payment.status === 'unknown') return waitingOutcome(current, nowMs)
    const { paymentHash } = payment
    const outcome = judgePayment(payment)({ ...current, paymentHash }, nowMs)
    return withoutRetry({ ...outcome, change: { ...outcome.change, paymentHash } }, current, nowMs)
  }

/**
 * One that failed need not be ours: ours may still lie in the node's queue. It counts, like none at
 * all, once two looks agree.
 */
const judgeFailed =
  (payment: Payment, askedAtMs: number, answeredAtMs: number): Judge =>
  (current, nowMs) => {
    const { paymentHash } = payment
    const look = { payment, askedAtMs, answeredAtMs, historyIntact: false, onlyIntent: false }
    const outcome = lookOutcome({ ...current, paymentHash }, look)
    if (outcome.state !== 'failed') return outcome
    return withoutRetry({ ...outcome, change: { ...outcome.change, paymentHash } }, current, nowMs)
  }

/** A further attempt would be another invoice: none before this one has surely expired. */
const withoutRetry = (outcome: Outcome, { dispatchedAtMs }: Intent, nowMs: number): Outcome => {
  const invoiceExpiresAtMs = (dispatchedAtMs ?? nowMs) + INVOICE_EXPIRY_MS
  const retry = outcome.state === 'failed' ? ({ retry: 'fresh-invoice' } as const) : {}
  return { ...outcome, change: { ...outcome.change, invoiceExpiresAtMs, ...retry } }
}
