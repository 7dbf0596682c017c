import { randomBytes } from 'node:crypto'
import type { DecodedInvoice } from '@lightning-mcp/core'
import { msat, preimage } from '@lightning-mcp/core'
import { invoiceJson, readInvoice } from '../books/invoice-json.ts'
import type { OutgoingPayment } from '../books/outgoing-book.ts'
import { sentInfo } from '../books/payment-rows.ts'
import { relaysOf } from '../books/relays.ts'
import { capturedAnswer } from '../captures.ts'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type Json, type JsonObject } from '../json.ts'
import { ROUTE_NOT_FOUND, sendPayment } from '../payments/send-payment.ts'
import { findPaths } from '../routes.ts'
import { moment } from '../times.ts'
import type { Form } from '../wire/form.ts'
import { malformed, missing, Refusal } from '../wire/refusal.ts'
import { readWindow, within } from '../wire/window.ts'
import type { Endpoints } from './endpoint.ts'
import { hashOf } from './invoice-endpoints.ts'
import { readOffer } from './read-offer.ts'

/** TRAP: passes when either holds, and what is left out stays at its default. */
const DEFAULT_FEE_FLAT_SAT = 21n
const DEFAULT_FEE_PERCENT = 3
const LONGEST_EXTERNAL_ID = 66
/** The engine's own patience: what has not ended by then is followed by its events. */
export const ENGINE_PATIENCE_SECONDS = 86_400
const ASK_TIMED_OUT = (capturedAnswer('createinvoice-preimage-again') as { error: string }).error
const NEEDS_AMOUNT = "The invoice must have an amount or you need to specify one using the field 'amountMsat'"

/** Paying, and what became of it. */
export const paymentEndpoints: Endpoints = {
  payinvoice: (node, form) => {
    const decoded = readInvoice(form.need('invoice'))
    const asked = form.integer('amountMsat')
    const amountMsat = asked ?? decoded.amountMsat
    if (amountMsat === undefined) throw malformed('invoice', NEEDS_AMOUNT)
    const terms = readTerms(form, amountMsat)
    if (node.clock.now() >= decoded.expiresAt * 1000) throw new Refusal(400, 'invoice has expired')
    const sending = sendPayment(node, {
      ...terms,
      paymentHash: decoded.paymentHash,
      recipientNodeId: decoded.payee,
      amountMsat,
      type: 'Standard',
      invoice: invoiceJson(decoded),
      attempt: () => payThroughEngine(node, decoded, amountMsat, terms.maxFeeMsat),
    })
    return answerSending(node, form, sending)
  },

  sendtonode: (node, form) => {
    const recipientNodeId = form.needNodeId('nodeId')
    const amountMsat = form.needInteger('amountMsat')
    const terms = readTerms(form, amountMsat)
    const secret = randomBytes(32).toString('hex')
    const sending = sendPayment(node, {
      ...terms,
      paymentHash: hashOf(secret),
      recipientNodeId,
      amountMsat,
      type: 'Standard',
      spontaneous: true,
      attempt: () =>
        node.wallet.keysend!.send({
          destination: recipientNodeId as never,
          amountMsat: msat(amountMsat),
          maxFeeMsat: msat(terms.maxFeeMsat),
          preimage: preimage(secret),
          timeoutSeconds: ENGINE_PATIENCE_SECONDS,
        }),
    })
    return sending.id
  },

  getsentinfo: (node, form) => {
    const payments = found(node, form)
    if (node.script.takeHiddenPlaceholder())
      return sentInfo(
        payments.map((payment) => ({ ...payment, alive: false })),
        node.clock.now(),
      )
    return sentInfo(payments, node.clock.now())
  },

  audit: async (node, form) => {
    const window = readWindow(form, node.clock.now())
    return {
      sent: within(node.outgoing.sent, ({ settledMs }) => settledMs ?? 0, window).map(auditSent),
      received: within(node.incoming.received, ({ received }) => received?.atMs ?? 0, window).map(
        ({ event }) => event as JsonObject,
      ),
      relayed: within(await relaysOf(node), ({ atMs }) => atMs, window).map(({ event }) => event),
    }
  },
}

function found(node: EclairNode, form: Form): readonly OutgoingPayment[] {
  const id = form.uuid('id')
  if (id !== undefined) return node.outgoing.byId(id)
  const hash = form.hash('paymentHash')
  if (hash !== undefined) return node.outgoing.byHash(hash)
  if (form.text('offer') !== undefined) return node.outgoing.byOffer(readOffer(form).offerId)
  throw missing('id')
}

/** Fee limit and label of a payment. */
export function readTerms(
  form: Form,
  amountMsat: bigint,
): { maxFeeMsat: bigint; externalId: string | undefined } {
  if (amountMsat <= 0n) throw malformed('amountMsat', 'amount must be positive')
  const flatSat = form.integer('maxFeeFlatSat') ?? DEFAULT_FEE_FLAT_SAT
  const percent = form.decimal('maxFeePct') ?? DEFAULT_FEE_PERCENT
  const externalId = form.text('externalId')
  if ((externalId?.length ?? 0) > LONGEST_EXTERNAL_ID)
    throw new Refusal(400, `externalId is too long: cannot exceed ${LONGEST_EXTERNAL_ID} characters`)
  form.integer('maxAttempts')
  const flatMsat = flatSat * 1000n
  const shareMsat = (amountMsat * BigInt(Math.floor(percent * 1000))) / 100_000n
  return { maxFeeMsat: flatMsat > shareMsat ? flatMsat : shareMsat, externalId }
}

/** The UUID at once, or with `blocking` the outcome, if it comes in time. TRAP: the payment goes on. */
export async function answerSending(
  node: EclairNode,
  form: Form,
  { id, over }: { id: string; over: Promise<JsonObject> },
): Promise<Json> {
  if (!form.flag('blocking')) return id
  const given = form.integer('timeoutSeconds')
  const patienceMs = given === undefined ? node.askTimeoutMs : Number(given) * 1000
  const late = Promise.withResolvers<never>()
  const stop = node.clock.setTimeout(() => late.reject(new Refusal(500, ASK_TIMED_OUT)), patienceMs)
  try {
    return await Promise.race([over, late.promise])
  } finally {
    stop()
  }
}

async function payThroughEngine(
  node: EclairNode,
  decoded: DecodedInvoice,
  amountMsat: bigint,
  maxFeeMsat: bigint,
): ReturnType<EclairNode['wallet']['payInvoice']> {
  const { invoice } = decoded
  if (decoded.amountMsat === undefined || decoded.amountMsat === amountMsat)
    return node.link.call('payInvoice', {
      invoice,
      ...(decoded.amountMsat === undefined ? { amountMsat: msat(amountMsat) } : {}),
      maxFeeMsat: msat(maxFeeMsat),
      timeoutSeconds: ENGINE_PATIENCE_SECONDS,
    })
  // TRAP: another amount than the invoice asks for is simply paid
  const [path] = await findPaths(node, decoded.payee, amountMsat)
  if (path === undefined || path.feeMsat > maxFeeMsat) throw new Error(ROUTE_NOT_FOUND)
  return node.network.payOtherAmount(node.name, { invoice, amountMsat: msat(amountMsat) })
}

/** As the event, but without the routes of its parts, and begun when the first part was. */
function auditSent(payment: OutgoingPayment): JsonObject {
  const { parts, ...event } = payment.outcome as { parts: readonly JsonObject[] }
  const bare = parts.map(({ route: _, ...part }) => part)
  return {
    ...event,
    parts: bare,
    startedAt: bare[0]?.['startedAt'] ?? moment(payment.startedMs),
    fees: (event as { fees?: Json }).fees ?? digits(0n),
  }
}
