import { assertPayable } from '@lightning-mcp/codec'
import {
  type BackendProfile,
  LightningError,
  nodeId,
  type PayInvoiceRequest,
  type Payment,
  type PaymentHash,
} from '@lightning-mcp/core'
import type { LndClient } from './client.ts'
import { STATUS } from './error-rules.ts'
import { findErrorRule, mapLndError, statusOf } from './errors.ts'
import type { RawPayment } from './schemas.ts'
import { readyToSend } from './send-once.ts'
import { fromShortChannelId } from './short-channel-id.ts'
import { toPayment, unreadable } from './to-core.ts'

/** LND's own default, said all the same. */
const DEFAULT_TIMEOUT_SECONDS = 60
/** LND's MaxPartsUpperLimit: lnrpc/routerrpc/router_backend.go. */
const MAX_PARTS = 1000
/** How long after its last attempt LND is waited for: a held HTLC keeps its stream open for days. */
const GRACE_MS = 2_000
/** A look-up answers from LND's database at once, or not at all. */
const LOOKUP_TIMEOUT_MS = 15_000

/**
 * Pays an invoice with SendPaymentV2. Until LND has the request everything is thrown; after that
 * every doubt is looked up with TrackPaymentV2 and, where that does not help, `unknown`.
 */
export async function payInvoice(
  client: LndClient,
  request: PayInvoiceRequest,
  { network, id: ownId }: BackendProfile['identity'],
  now: number,
): Promise<Payment> {
  const { decoded } = assertPayable(
    {
      invoice: request.invoice,
      ...(request.amountMsat === undefined ? {} : { amountMsat: request.amountMsat }),
    },
    { network, nowSeconds: now },
  )
  if (decoded.payee === ownId && request.allowSelfPayment !== true)
    throw new LightningError({
      code: 'self_payment',
      message: 'the invoice is one of this node itself',
      hint: 'Give the invoice to somebody else to pay.',
    })
  return sendPayment(client, decoded.paymentHash, toSendRequest(request, decoded.invoice), request.signal)
}

/** Sends what pays under this hash. As `payInvoice` answers. */
export async function sendPayment(
  client: LndClient,
  hash: PaymentHash,
  message: PaymentTerms & object,
  signal: AbortSignal | undefined,
): Promise<Payment> {
  await readyToSend(client, signal)
  const outcome = await dispatch(client, hash, message, signal)
  if (outcome.kind === 'payment') return outcome.payment
  // the caller has gone: LND goes on, and whoever asks later looks it up
  if (signal?.aborted) return unknown(hash)
  return settleDoubt(client, hash, outcome.error, signal)
}

/** Terms of every payment, as SendPaymentV2 takes them. */
export interface PaymentTerms {
  fee_limit_msat: string
  timeout_seconds: number
  no_inflight_updates: true
}

export function paymentTerms({
  maxFeeMsat,
  timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
}: Pick<PayInvoiceRequest, 'maxFeeMsat' | 'timeoutSeconds'>): PaymentTerms {
  if (typeof maxFeeMsat !== 'bigint' || maxFeeMsat < 0n)
    throw new LightningError({
      code: 'invalid_request',
      message: 'a payment needs a fee limit of zero or more',
    })
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > 86_400)
    throw new LightningError({
      code: 'invalid_request',
      message: 'the time-out is not a whole number of seconds from 1 to 86400',
      hint: 'Leave it out for 60 seconds.',
    })
  // a fee limit of 0 lets LND take free routes only
  return { fee_limit_msat: String(maxFeeMsat), timeout_seconds: timeoutSeconds, no_inflight_updates: true }
}

function toSendRequest(request: PayInvoiceRequest, invoice: string) {
  const { amountMsat, maxParts, outgoingChannels, lastHop, allowSelfPayment } = request
  const terms = paymentTerms(request)
  if (maxParts !== undefined && (!Number.isInteger(maxParts) || maxParts < 1 || maxParts > MAX_PARTS))
    throw new LightningError({
      code: 'invalid_request',
      message: `the number of parts is not a whole number from 1 to ${MAX_PARTS}`,
      hint: 'Leave it out for LND to choose.',
    })
  return {
    payment_request: invoice,
    ...(amountMsat === undefined ? {} : { amt_msat: String(amountMsat) }),
    ...terms,
    ...(maxParts === undefined ? {} : { max_parts: maxParts }),
    ...(outgoingChannels === undefined
      ? {}
      : { outgoing_chan_ids: outgoingChannels.map(fromShortChannelId) }),
    ...(lastHop === undefined ? {} : { last_hop_pubkey: Buffer.from(nodeId(lastHop), 'hex') }),
    allow_self_payment: allowSelfPayment === true,
  }
}

type Outcome = { kind: 'payment'; payment: Payment } | { kind: 'doubt'; error: unknown }

/** Sends, and waits for LND's last word or until patience or caller give up. Never throws: from here on the request may be with LND. */
async function dispatch(
  client: LndClient,
  hash: PaymentHash,
  message: PaymentTerms,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  let cancel = (): void => {}
  let patience: NodeJS.Timeout | undefined
  try {
    const stream = await client.openStream('sendPayment', message)
    cancel = stream.cancel
    patience = setTimeout(cancel, message.timeout_seconds * 1000 + GRACE_MS)
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    for await (const raw of stream.messages) {
      const payment = ofThisHash(raw, hash)
      if (payment.status !== 'pending') return { kind: 'payment', payment }
    }
    return { kind: 'doubt', error: unreadable('the stream of a payment ended without a result') }
  } catch (error) {
    return { kind: 'doubt', error }
  } finally {
    clearTimeout(patience)
    signal?.removeEventListener('abort', cancel)
    cancel()
  }
}

function ofThisHash(raw: RawPayment, hash: PaymentHash): Payment {
  const payment = toPayment(raw)
  if (payment.paymentHash !== hash) throw unreadable('it is about another payment')
  return payment
}

/** After an error of the sending stream: what LND knows of the hash, else what the error itself proves, else nothing. */
async function settleDoubt(
  client: LndClient,
  hash: PaymentHash,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<Payment> {
  const rule = findErrorRule(error)
  // the guard by hash: this request was refused because of another one, which is not ours to report
  if (
    statusOf(error) === STATUS.ALREADY_EXISTS ||
    rule?.code === 'already_paid' ||
    rule?.code === 'in_progress'
  )
    throw refusedByGuard(error, await lookUpQuietly(client, hash, signal))
  const found = await lookUpQuietly(client, hash, signal)
  // a FAILED seen now may be of an earlier attempt with this hash, if LND has not read this request yet
  if (found !== undefined && found.status !== 'failed') return found
  // LND refused the request while reading it: nothing was recorded, nothing was sent
  if (rule?.refusesUnrecorded) throw mapLndError(error)
  return unknown(hash)
}

function refusedByGuard(error: unknown, earlier: Payment | undefined): LightningError {
  const mapped = mapLndError(error)
  const paid = mapped.code === 'already_paid' || earlier?.status === 'settled'
  return new LightningError({
    code: paid ? 'already_paid' : 'in_progress',
    message: paid ? 'LND has already paid this invoice' : 'LND is already paying this invoice',
    hint: 'Look the payment up by its hash; do not pay again.',
    // by this call: the guard refuses before anything leaves
    sent: 'no',
    ...(mapped.backend === undefined ? {} : { backend: mapped.backend }),
  })
}

const unknown = (hash: PaymentHash): Payment => ({ paymentHash: hash, status: 'unknown' })

async function lookUpQuietly(
  client: LndClient,
  hash: PaymentHash,
  signal: AbortSignal | undefined,
): Promise<Payment | undefined> {
  const timeout = AbortSignal.timeout(LOOKUP_TIMEOUT_MS)
  try {
    return await lookupPayment(
      client,
      hash,
      signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    )
  } catch {
    return undefined
  }
}

/** The first message of TrackPaymentV2: how the payment stands. NotFound: LND has no record now, which proves nothing by itself. */
export async function lookupPayment(
  client: LndClient,
  hash: PaymentHash,
  signal: AbortSignal | undefined,
): Promise<Payment | undefined> {
  await client.ready(signal)
  const stream = await client.openStream('trackPayment', { payment_hash: Buffer.from(hash, 'hex') })
  signal?.addEventListener('abort', stream.cancel, { once: true })
  try {
    if (signal?.aborted) stream.cancel()
    for await (const raw of stream.messages) return ofThisHash(raw, hash)
    throw unreadable('the stream of a look-up ended without a result')
  } catch (error) {
    signal?.throwIfAborted()
    if (statusOf(error) === STATUS.NOT_FOUND) return undefined
    throw mapLndError(error)
  } finally {
    signal?.removeEventListener('abort', stream.cancel)
    stream.cancel()
  }
}
