import { decodeBolt12Invoice, decodeOffer } from '@lightning-mcp/codec'
import {
  type BackendIdentity,
  type Capabilities,
  cleanText,
  type FetchedInvoice,
  LightningError,
  type Offer,
  type OffersFacet,
  type Payment,
  type PaymentHash,
  type PayOfferRequest,
  pageOf,
  sameNetwork,
  supports,
} from '@lightning-mcp/core'
import type { Attempts } from '../attempts.ts'
import type { ClnClient } from '../client.ts'
import { walkDown } from '../descending.ts'
import { endOf, type HistoryContext, partsOf } from '../history.ts'
import type { Method } from '../methods.ts'
import { checkFeeLimit, checkTimeout, dispatch, lookupPayment, readyToSend } from '../payments.ts'
import type { RawOffer } from '../schemas.ts'
import { toHash, toList, unreadable } from '../to-core.ts'
import { unsent } from '../unsent.ts'
import { holdsOffer, offerFields } from './offer-match.ts'

/** How long the owner of an offer may take to answer. */
const FETCH_SECONDS = 30
const FETCH_GRACE_MS = 5_000
/** Payments of one offer that are told at most. */
const MOST_PAYMENTS = 1000

export interface OffersContext {
  client: ClnClient
  attempts: Attempts
  has(method: Method): boolean
  history(signal: AbortSignal | undefined): HistoryContext
  identity(signal: AbortSignal | undefined): Promise<BackendIdentity>
}

export function createOffersFacet(context: OffersContext, capabilities: Capabilities): OffersFacet {
  const { client } = context
  const can = (name: 'disable' | 'fetchInvoice' | 'pay' | 'listPayments'): boolean =>
    supports(capabilities, `offers.${name}`)
  return {
    async create({ amountMsat, description, expirySeconds, signal }) {
      const raw = await client.call(
        'offer',
        {
          amount: amountMsat === undefined ? 'any' : `${amountMsat}msat`,
          // BOLT 12: required beside an amount
          description: description ?? (amountMsat === undefined ? undefined : ''),
          absolute_expiry:
            expirySeconds === undefined ? undefined : context.history(signal).now + expirySeconds,
        },
        { signal },
      )
      return toOffer(raw)
    },
    async list(request) {
      const { offers } = await client.call('listoffers', {}, { signal: request.signal })
      return pageOf(toList(offers).map(toOffer), request, ({ offerId }) => offerId)
    },
    ...(can('disable')
      ? {
          disable: async ({ offerId, signal }) => {
            const { offers } = await client.call('listoffers', { offer_id: offerId }, { signal })
            const [known] = toList(offers)
            // stopping a stopped one is an error to Core Lightning
            if (known?.active === false) return toOffer(known)
            return toOffer(await client.call('disableoffer', { offer_id: offerId }, { signal }))
          },
        }
      : {}),
    ...(can('fetchInvoice') ? { fetchInvoice: (request) => fetchInvoice(context, request) } : {}),
    ...(can('pay') ? { pay: (request) => pay(context, request) } : {}),
    ...(can('listPayments')
      ? { listPayments: ({ offer, signal }) => listPayments(context, offer, signal) }
      : {}),
  }
}

function toOffer(raw: RawOffer): Offer {
  const decoded = decodeOffer(raw.bolt12)
  const description = raw.description ?? decoded.description
  return {
    offer: raw.bolt12,
    offerId: raw.offer_id,
    ...(decoded.amountMsat === undefined ? {} : { amountMsat: decoded.amountMsat }),
    ...(description ? { description: cleanText(description) } : {}),
    active: raw.active === true,
    ...(decoded.expiresAt === undefined ? {} : { expiresAt: decoded.expiresAt }),
  }
}

interface FetchRequest {
  offer: string
  amountMsat?: PayOfferRequest['amountMsat']
  payerNote?: string
  signal?: AbortSignal
}

async function fetchInvoice({ client }: OffersContext, request: FetchRequest): Promise<FetchedInvoice> {
  const { signal, payerNote } = request
  const { offer, amountMsat } = checkOffer(request)
  const { invoice } = await client.call(
    'fetchinvoice',
    { offer, amount_msat: amountMsat, payer_note: payerNote, timeout: FETCH_SECONDS },
    { signal, timeoutMs: FETCH_SECONDS * 1000 + FETCH_GRACE_MS },
  )
  if (typeof invoice !== 'string') throw unreadable('a fetched invoice has no text')
  const decoded = decodeBolt12Invoice(invoice)
  return {
    invoice,
    paymentHash: decoded.paymentHash,
    amountMsat: decoded.amountMsat,
    expiresAt: decoded.expiresAt,
  }
}

/** An amount is required if and only if the offer has none; told without asking the node. */
function checkOffer({ offer, amountMsat }: Pick<FetchRequest, 'offer' | 'amountMsat'>) {
  const decoded = decodeOffer(offer)
  const refuse = (code: 'amount_required' | 'amount_not_allowed', message: string, hint: string) =>
    new LightningError({ code, message, hint })
  const hasAmount = decoded.amountMsat !== undefined || decoded.currency !== undefined
  if (hasAmount && amountMsat !== undefined)
    throw refuse(
      'amount_not_allowed',
      'the offer has its own amount, so none may be given',
      'Leave the amount out.',
    )
  if (!hasAmount && amountMsat === undefined)
    throw refuse(
      'amount_required',
      'the offer leaves the amount to the payer, and none was given',
      'Give the amount.',
    )
  return { offer: decoded.offer, decoded, amountMsat: hasAmount ? undefined : amountMsat }
}

/** Pays the given invoice of the offer, or fetches one: its hash is known before anything is sent. */
async function pay(context: OffersContext, request: PayOfferRequest): Promise<Payment> {
  const { client, attempts, has } = context
  const { signal } = request
  const { decoded: offer, amountMsat } = checkOffer(request)
  const timeoutSeconds = checkTimeout(request.timeoutSeconds)
  const maxfee = checkFeeLimit(request.maxFeeMsat)
  // nobody has said in bitcoin what may be paid
  if (offer.currency !== undefined && request.invoice === undefined)
    throw new LightningError({
      code: 'unsupported',
      message: 'the offer is priced in another currency',
      hint: 'Fetch its invoice first, look at the amount, and pay that invoice.',
    })
  const { network } = await unsent(() => context.identity(signal))
  // fetching sends no money
  const text = request.invoice ?? (await unsent(() => fetchInvoice(context, request))).invoice
  const invoice = decodeBolt12Invoice(text)
  const refuse = (code: 'invalid_invoice' | 'wrong_network' | 'invoice_expired', message: string) =>
    new LightningError({ code, message, hint: 'Fetch a fresh invoice of the offer.', sent: 'no' })
  if (!sameNetwork(invoice.network, network))
    throw refuse('wrong_network', `the invoice is for ${invoice.network}, this wallet is on ${network}`)
  const { now } = context.history(signal)
  if (now >= invoice.expiresAt) throw refuse('invoice_expired', 'the invoice of the offer has expired')
  if (invoice.offerId !== offer.offerId)
    throw refuse('invalid_invoice', 'the invoice is not one of this offer')
  const asked = amountMsat ?? offer.amountMsat
  if (asked !== undefined && invoice.amountMsat !== asked)
    throw refuse(
      'invalid_invoice',
      `the invoice asks for ${invoice.amountMsat} msat instead of ${asked} msat`,
    )
  const terms = { maxfee, retry_for: timeoutSeconds }
  await readyToSend(client, signal)
  return dispatch(
    { client, attempts },
    {
      ...(has('xpay')
        ? { method: 'xpay' as const, params: { invstring: invoice.invoice, ...terms } }
        : { method: 'pay' as const, params: { bolt11: invoice.invoice, ...terms } }),
      timeoutSeconds,
      hash: invoice.paymentHash,
    },
    signal,
  )
}

async function listPayments(
  { client, attempts, history }: OffersContext,
  offer: string,
  signal: AbortSignal | undefined,
): Promise<readonly Payment[]> {
  const fields = offerFields(decodeOffer(offer).offer)
  const context = history(signal)
  const list = partsOf(context)
  const hashes = new Set<PaymentHash>()
  for await (const part of walkDown(list, (await endOf(context, 'sendpays', list)) + 1)) {
    if (part.bolt12 !== undefined && holdsOffer(part.bolt12, fields)) hashes.add(toHash(part.payment_hash))
    if (hashes.size >= MOST_PAYMENTS) break
  }
  const payments: Payment[] = []
  for (const hash of hashes) {
    const payment = await lookupPayment({ client, attempts }, hash, signal)
    if (payment !== undefined) payments.push(payment)
  }
  return payments
}
